/** For each failure, the caller knows whether the request may have arrived. */
import { once } from 'node:events'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { NotSent, ResponseLost, sendRequest } from '../../../src/adapters/provider-call.ts'
import { answer, breakOff, closedPort, drop, silence, startProvider } from './provider.ts'

const provider = await startProvider()

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

/** A port that handles connections as a test says. */
async function port(act: (socket: Socket) => void) {
  const server = createTcpServer((socket) => {
    sockets.push(socket.on('error', () => {}))
    act(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.unref()
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return `127.0.0.1:${address.port}`
}

const post = (url: string, timeoutMs = 5000) =>
  sendRequest({ method: 'POST', url, headers: { 'x-key': 'k' }, body: 'ä' }, timeoutMs)

test('a response with its status, headers and text', async () => {
  provider.react = answer(207, 'grüß', { 'x-one': '1' })
  const answered = await post(`${provider.url}/a?b=c`)
  expect(answered).toMatchObject({ status: 207, text: 'grüß', headers: { 'x-one': '1' } })
  expect(provider.asked).toMatchObject([
    { method: 'POST', path: '/a?b=c', body: 'ä', headers: { 'x-key': 'k', 'content-length': '2' } },
  ])
})

test('redirects are not followed, and no connection is kept', async () => {
  provider.react = answer(307, '', { location: `${provider.url}/elsewhere` })
  expect(await post(provider.url)).toMatchObject({ status: 307, headers: { connection: 'close' } })
  expect(provider.asked).toHaveLength(1)
})

test('no listener', async () => {
  await expect(post(await closedPort())).rejects.toThrow(NotSent)
})

test('no such host', async () => {
  await expect(post('http://nobody.invalid/')).rejects.toThrow(NotSent)
})

test('the server does not speak TLS', async () => {
  await expect(post(provider.url.replace('http:', 'https:'))).rejects.toThrow(NotSent)
  expect(provider.asked).toEqual([])
})

test('the connection breaks in the TLS handshake', async () => {
  const address = await port((socket) => socket.once('data', () => socket.resetAndDestroy()))
  await expect(post(`https://${address}/`)).rejects.toThrow(NotSent)
})

test('the TLS handshake takes too long', async () => {
  const address = await port(() => {})
  await expect(post(`https://${address}/`, 200)).rejects.toThrow(NotSent)
})

test('an invalid header', async () => {
  const question = { method: 'POST', url: provider.url, headers: { 'x-key': 'secret\n' } } as const
  const error = await sendRequest(question).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(NotSent)
  expect(String(error)).not.toContain('secret')
})

test.each([
  ['the connection breaks before an answer', drop, 'ECONNRESET'],
  ['the connection breaks in the middle of an answer', breakOff(200, 'half'), 'ECONNRESET'],
  ['no answer comes in time', silence, 'timeout'],
  [
    'an answer drips without end',
    (response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('.'), 20)
      response.on('close', () => clearInterval(timer))
    },
    'timeout',
  ],
  [
    'an answer is endless',
    (response) => {
      response.writeHead(200)
      const more = () => response.destroyed || response.write(Buffer.alloc(1 << 20), more)
      more()
    },
    'Error',
  ],
] satisfies Array<[string, typeof silence, string]>)('%s', async (_, reaction, code) => {
  provider.react = reaction
  const lost = new ResponseLost(`The response was lost: ${code}.`)
  await expect(post(provider.url, 1500)).rejects.toThrow(lost)
  expect(provider.asked).toHaveLength(1)
})

test('the response is not HTTP', async () => {
  const address = await port((socket) => socket.once('data', () => socket.end('hello\r\n\r\n')))
  await expect(post(`http://${address}/`)).rejects.toThrow(ResponseLost)
})
