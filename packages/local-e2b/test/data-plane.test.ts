/** Only a sandbox's own token reaches it, and only its daemon's port. */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Sandbox } from 'e2b'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { present, serverForTest, startServer, type TestServer } from './support/local-e2b.ts'

const ROUTES = [
  ['GET', '/health'],
  ['GET', '/envs'],
  ['GET', '/files?path=x'],
  ['POST', '/files?path=x'],
  ['POST', '/process.Process/List'],
  ['POST', '/process.Process/Start'],
  ['POST', '/filesystem.Filesystem/Stat'],
] as const

describe('the data plane', () => {
  const started: { test?: TestServer; sandbox?: Sandbox; token?: string } = {}
  beforeAll(async () => {
    started.test = await startServer()
    const { client, server } = started.test
    started.sandbox = await client.Sandbox.create()
    const details = await fetch(`${server.url}/sandboxes/${started.sandbox.sandboxId}`, {
      headers: { 'x-api-key': server.env.E2B_API_KEY },
    })
    started.token = z
      .object({ envdAccessToken: z.string() })
      .parse(await details.json()).envdAccessToken
  })
  afterAll(() => started.test?.stop())

  const call = (method: string, path: string, headers: Record<string, string>) =>
    fetch(present(started.test).server.url + path, { method, headers })
  const idHeader = () => ({ 'e2b-sandbox-id': present(started.sandbox).sandboxId })
  const tokenHeader = () => ({ 'x-access-token': present(started.token) })

  test.each(ROUTES.slice(1))('%s %s needs the token', async (method, path) => {
    expect((await call(method, path, idHeader())).status).toBe(401)
    const guess = { ...idHeader(), 'x-access-token': 'ea_guess' }
    expect((await call(method, path, guess)).status).toBe(401)
  })

  test("another sandbox's token is refused", async () => {
    const other = await present(started.test).client.Sandbox.create()
    const swapped = { 'e2b-sandbox-id': other.sandboxId, ...tokenHeader() }
    expect((await call('GET', '/envs', swapped)).status).toBe(401)
    await other.kill()
  })

  test.each(ROUTES)('%s %s of an ended sandbox is 502 as JSON', async (method, path) => {
    const response = await call(method, path, { 'e2b-sandbox-id': 'gone', ...tokenHeader() })
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({ code: 502, sandboxId: 'gone' })
  })

  test('the token alone identifies the sandbox, as old SDKs send it', async () => {
    expect((await call('GET', '/health', tokenHeader())).status).toBe(204)
  })

  test('other ports are refused by name', async () => {
    const headers = { ...idHeader(), ...tokenHeader(), 'e2b-sandbox-port': '8080' }
    const response = await call('GET', '/', headers)
    expect(response.status).toBe(501)
    expect(await response.json()).toMatchObject({
      message: expect.stringContaining('port 8080'),
    })
  })

  test.each([
    ['GET', '/health', {}, '', 204],
    ['GET', '/nothing', {}, '', 404],
    ['POST', '/process.Process/Dance', {}, '{}', 404],
    ['GET', '/process.Process/List', {}, '', 405],
    ['POST', '/process.Process/List', {}, 'not JSON', 400],
    ['POST', '/process.Process/SendSignal', {}, '{"process":{"pid":1}}', 400],
    ['POST', '/process.Process/List', { authorization: 'Basic bm9ib2R5Og==' }, '{}', 200],
    ['POST', '/filesystem.Filesystem/Stat', { authorization: 'Basic bm9ib2R5Og==' }, '{}', 401],
    ['GET', '/files?path=missing', {}, '', 404],
    ['GET', '/files?path=.', {}, '', 400],
    ['GET', '/files?path=x&username=nobody', {}, '', 401],
    ['POST', '/files?path=x', { 'content-type': 'text/plain' }, 'text', 400],
    ['POST', '/files', { 'content-type': 'application/octet-stream' }, 'text', 400],
    ['DELETE', '/files?path=x', {}, '', 405],
  ] as const)('%s %s with %j and %j is %s%i, as from the real daemon', async (method, path, headers, body, status) => {
    const response = await fetch(present(started.test).server.url + path, {
      method,
      headers: { ...idHeader(), ...tokenHeader(), ...headers },
      ...(body !== '' && { body }),
    })
    expect(response.status).toBe(status)
  })

  test('health is told without a token', async () => {
    expect((await call('GET', '/health', idHeader())).status).toBe(204)
    const guess = { ...idHeader(), 'x-access-token': 'ea_guess' }
    expect((await call('GET', '/health', guess)).status).toBe(204)
  })

  test('a missing program is no error of the call: it ends with 127', async () => {
    const message = JSON.stringify({ process: { cmd: 'no-such-program' }, stdin: false })
    const frame = Buffer.alloc(5 + message.length)
    frame.writeUInt32BE(message.length, 1)
    frame.write(message, 5)
    const response = await fetch(`${present(started.test).server.url}/process.Process/Start`, {
      method: 'POST',
      headers: { ...idHeader(), ...tokenHeader(), 'content-type': 'application/connect+json' },
      body: frame,
    })
    expect(await response.text()).toContain('"exitCode":127')
  })

  test('an invalid URL gets an error response', async () => {
    const { port } = new URL(present(started.test).server.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write('GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(await text(socket)).toContain('HTTP/1.1 400')
    expect((await call('GET', '/health', tokenHeader())).status).toBe(204)
  })

  test('it listens on loopback only', () => {
    expect(present(started.test).server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })
})

test.each([
  ['before the headers are over', 'POST /sandboxes HTTP/1.1\r\nHost: localhost\r\n'],
  ['in the body', 'POST /sandboxes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{'],
])('a request that stops %s is ended with a 408', async (_, sent) => {
  const { server } = await serverForTest({ requestMs: 100 })
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.write(sent.replace('HTTP/1.1\r\n', `HTTP/1.1\r\nx-api-key: ${server.env.E2B_API_KEY}\r\n`))
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /)
})
