/** The server under the HTTP API and the endpoint: who reaches it, and how long a request may take. */
import { once } from 'node:events'
import http from 'node:http'
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { openFilteredPort } from '../src/filtered-port.ts'
import { type LoopbackOptions, openLoopback, readBody, requestUrl } from '../src/loopback.ts'

/** A server that answers with the path and the body that it has read. */
async function open(options: LoopbackOptions = {}) {
  const server = await openLoopback(0, () => {}, options)
  onTestFinished(() => server.close())
  server.serve(async (request, response) => {
    const body = await readBody(request, 1_000_000)
    response.end(`${requestUrl(request).pathname} ${body}`)
  })
  return server
}

/** `fetch` can neither set the Host header nor send a target that is no path. */
async function get(port: number, path: string, headers: Record<string, string> = {}) {
  const request = http.get({ host: '127.0.0.1', port, path, headers, agent: false })
  const [response] = await once(request, 'response')
  return [response.statusCode, await text(response)]
}

test.each([
  '127.0.0.1',
  'localhost',
  'LOCALHOST:80',
  '[::1]:3000',
])('%s is its name', async (host) => {
  const { port } = await open()
  expect(await get(port, '/a', { host })).toEqual([200, '/a '])
})

test.each([
  'evil.example.com',
  'localhost.evil.example.com:3000',
  '127.0.0.1.evil.example.com',
])('a request under the name "%s" is refused, because DNS rebinding looks like this', async (host) => {
  const { port, url } = await open()
  expect(await get(port, '/a', { host })).toEqual([403, expect.stringContaining(`use ${url}`)])
})

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)

test.runIf(hasIpv6)('it is the same server on both loopback addresses, if asked', async () => {
  const { port } = await open({ bothFamilies: true })
  for (const name of ['127.0.0.1', '[::1]', 'localhost']) {
    const response = await fetch(`http://${name}:${port}/b`, { method: 'POST', body: 'x' })
    expect(await response.text()).toBe('/b x')
  }
})

test.runIf(hasIpv6)('a port in use on one of the addresses is in use', async () => {
  const other = createServer().listen(0, '::1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const address = other.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const opened = openLoopback(port, () => {}, { bothFamilies: true })
  await expect(opened).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test.each([
  ['before the headers are over', 'POST / HTTP/1.1\r\nHost: localhost\r\n'],
  ['in the body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf'],
])('a request that stops %s is ended with a 408', async (_, sent) => {
  const { port } = await open({ requestMs: 100 })
  const socket = connect(port, '127.0.0.1')
  socket.write(sent)
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /)
})

test('a path is what stands in the request, whatever it looks like', async () => {
  const { port } = await open()
  expect(await get(port, '//')).toEqual([200, '// '])
  expect(await get(port, '//evil.example.com/a?x=1')).toEqual([200, '//evil.example.com/a '])
  expect(await get(port, 'http://evil.example.com/a')).toEqual([200, '/a '])
})

test('a filtered port passes only what its filter admits', async () => {
  const server = await open()
  const only = await openFilteredPort(
    server,
    (each) => requestUrl(each).pathname === '/a',
    () => {},
  )
  onTestFinished(() => only.close())
  expect(await get(only.port, '/a?x')).toEqual([200, '/a '])
  expect(await get(only.port, '/b')).toEqual([404, expect.any(String)])
})
