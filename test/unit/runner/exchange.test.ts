/** One request of the runner and its response. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { exchange } from '../../../sandbox/exchange.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function open(server: Server): Promise<string> {
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const serve = async (answer: RequestListener) => `http://${await open(createServer(answer))}/a?b=c`

const { signal } = new AbortController()

test('method, headers and bytes are sent, and the bytes of the response returned', async () => {
  const received: unknown[] = []
  const url = await serve(async (request, response) => {
    const { method, url, headers } = request
    received.push(method, url, headers['x-own'], headers['content-length'], await buffer(request))
    response.writeHead(201).end(Buffer.from([0, 255]))
  })
  const body = new Uint8Array([255, 0, 10])
  const answer = await exchange(url, { method: 'PUT', headers: { 'x-own': '1' }, body }, signal)
  expect(received).toEqual(['PUT', '/a?b=c', '1', '3', Buffer.from(body)])
  expect(answer).toEqual({ status: 201, ok: true, content: Buffer.from([0, 255]) })
})

test.each([302, 404, 503])('an answer %i is one, and no success', async (status) => {
  const url = await serve((_, response) => response.writeHead(status, { location: '/' }).end())
  expect(await exchange(url, {}, signal)).toMatchObject({ status, ok: false })
})

test('an incomplete response is an error', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('12345')
    setImmediate(() => response.destroy())
  })
  await expect(exchange(url, {}, signal)).rejects.toThrow(/aborted/)
})

test('the signal ends it', async () => {
  const quit = new AbortController()
  const url = await serve(() => quit.abort())
  await expect(exchange(url, {}, quit.signal)).rejects.toThrow(/aborted/)
})

test('https uses TLS', async () => {
  const first = Promise.withResolvers<number | undefined>()
  const server = createTcpServer((socket) => {
    socket.on('data', ([byte]) => {
      first.resolve(byte)
      socket.destroy()
    })
    socket.on('error', () => {})
  })
  const url = `https://${await open(server)}`
  await expect(exchange(url, {}, signal)).rejects.toThrow()
  const HANDSHAKE = 0x16
  expect(await first.promise).toBe(HANDSHAKE)
})
