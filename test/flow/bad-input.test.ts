import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { DOCUMENT } from '../../bin/openapi/document.ts'
import { signJobToken } from '../../src/core/job-token.ts'
import { type TestBaton, testBaton } from '../support/baton.ts'

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton()
})
afterAll(() => baton.close())

const MESSAGE = '/api/webhooks/conductor/message'
const post = (body: string | Buffer, headers: Record<string, string> = {}) => ({
  method: 'POST',
  body,
  headers,
})
const forged = signJobToken(
  { session: 'main', leg: 1, job: 1, expires: Math.floor(Date.now() / 1000) + 600 },
  'not the key',
)

/** A cursor of the list of people, as `next` of a page. */
function cursorTo(name: string) {
  return Buffer.from(JSON.stringify({ scope: 'allowed', name })).toString('base64url')
}

const cases: [string, string, RequestInit, number, RegExp][] = [
  ['no token', MESSAGE, post('{"content":"x"}', { authorization: '' }), 401, /Bearer/],
  ['a wrong token', MESSAGE, post('{"content":"x"}', { authorization: 'Bearer no' }), 401, /token/],
  ['empty content', MESSAGE, post('{"content":"  "}'), 400, /content: must not be empty/],
  ['no content', MESSAGE, post('{}'), 400, /content/],
  ['an empty body', MESSAGE, post(''), 400, /not JSON/],
  ['what is not JSON', MESSAGE, post('content=x'), 400, /not JSON/],
  ['bytes that are not UTF-8', MESSAGE, post(Buffer.from([0x22, 0xff, 0x22])), 400, /UTF-8/],
  [
    'bytes that are not UTF-8, as JSON',
    MESSAGE,
    post(Buffer.from('{"content":"\xff"}', 'latin1'), { 'content-type': 'application/json' }),
    400,
    /UTF-8/,
  ],
  ['an array', MESSAGE, post('[1]'), 400, /body/],
  ['an unknown field', MESSAGE, post('{"content":"x","to":"y"}'), 400, /to/],
  ['another source', MESSAGE, post('{"content":"x","source":"SYSTEM"}'), 400, /source/],
  ['a bad session id', MESSAGE, post('{"content":"x","sessionId":"a b"}'), 400, /session id/],
  [
    'a long session id',
    MESSAGE,
    post(`{"content":"x","sessionId":"${'a'.repeat(65)}"}`),
    400,
    /64/,
  ],
  [
    'a bad idempotency key',
    MESSAGE,
    post('{"content":"x"}', { 'idempotency-key': 'a b' }),
    400,
    /Key/,
  ],
  ['128 KiB and one byte', MESSAGE, post(`{"content":"${'a'.repeat(131_073)}"}`), 413, /131072/],
  ['5 MB', MESSAGE, post(`{"content":"${'a'.repeat(5_000_000)}"}`), 413, /the limit is/],
  ['20 MB', MESSAGE, post(`{"content":"${'a'.repeat(20_000_000)}"}`), 413, /./],
  ['an unknown route', '/api/nothing', {}, 404, /no route GET \/api\/nothing/],
  ['a known route, another method', MESSAGE, { method: 'GET' }, 405, /only POST/],
  ['a misspelt parameter', '/api/sessions?limt=5', {}, 400, /perhaps you mean limit/],
  ['the root', '/', {}, 404, /no route/],
  ['a path without names', '//', {}, 404, /no route/],
  ['a path that looks like a host', '//example.com/x', {}, 404, /no route/],
  ['an unknown session', '/api/sessions/nobody/messages', {}, 404, /no session/],
  ['a bad session id in the path', '/api/sessions/a%20b/messages', {}, 400, /session id/],
  ['a bad after', '/api/sessions/x/messages?after=-1', {}, 400, /after/],
  ['an unknown worker', '/api/sessions/x/workers/w1', {}, 404, /no such worker/],
  ['a bad cursor', '/api/monitoring/workers?cursor=x', {}, 400, /cursor/],
  ['a cursor with an empty name', `/api/people?cursor=${cursorTo('')}`, {}, 400, /cursor/],
  [
    'a cursor that is too long',
    `/api/people?cursor=${cursorTo('a'.repeat(1025))}`,
    {},
    400,
    /cursor/,
  ],
  [
    'an email address of an email address',
    '/api/people/ada@example.com',
    { ...post('{"email":"bob@example.com"}'), method: 'PUT' },
    400,
    /Only a number/,
  ],
  [
    'an email address of a domain',
    '/api/people/@example.com',
    { ...post('{"email":"bob@example.com"}'), method: 'PUT' },
    400,
    /Only a number/,
  ],
  [
    'status without a token',
    '/api/monitoring/status',
    { headers: { authorization: '' } },
    401,
    /./,
  ],
  ['stop of an unknown session', '/api/sessions/nobody/stop', { method: 'POST' }, 404, /./],
  ['no job token', '/api/webhooks/sandbox/job', post('', { authorization: '' }), 403, /job token/],
  ['the operator token for a job', '/api/webhooks/sandbox/job', post(''), 403, /job token/],
  [
    'a forged job token',
    '/api/webhooks/sandbox/result',
    post('{}', { authorization: `Bearer ${forged}` }),
    403,
    /forged/,
  ],
]

test.each(
  cases,
)('%s is refused with a problem that names the error', async (_, route, init, status, says) => {
  const response = await baton.request(route, init)
  const text = await response.text()
  expect([response.status, text]).toEqual([status, expect.stringMatching(says)])
  // The gateway's own refusals never reach a function; they have API Gateway's format.
  if (response.headers.get('content-type') === 'application/problem+json')
    expect(JSON.parse(text)).toMatchObject({
      type: 'about:blank',
      status,
      title: expect.any(String),
    })
  else expect(status).toBe(413)
})

/** Sends the body in chunks, so without a length. */
const chunked = (body: Buffer, type?: string) => ({
  method: 'POST',
  body: new Blob([new Uint8Array(body)]).stream(),
  duplex: 'half' as const,
  ...(type !== undefined && { headers: { 'content-type': type } }),
})

const NOT_UTF8 = Buffer.from('{"content":"\xff"}', 'latin1')

test.each([
  ['a byte of no character', '\xff'],
  ['a character of four bytes without its last one', '\xf0\x9f\x98'],
  ['half a pair of surrogates', '\xed\xa0\x80'],
  ['an overlong slash', '\xc0\xaf'],
])('%s in a body with a length is refused', async (_, bytes) => {
  const body = Buffer.from(`{"content":"${bytes}"}`, 'latin1')
  const headers = { 'content-type': 'application/json' }
  const response = await baton.request(MESSAGE, { method: 'POST', headers, body })
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('UTF-8')])
})

test.each([
  ['JSON', 'POST', MESSAGE, 'application/json'],
  ['text', 'POST', MESSAGE, 'text/plain'],
  ['a type of no text', 'POST', MESSAGE, 'application/octet-stream'],
  ['nothing', 'POST', MESSAGE, undefined],
  ['JSON, of a person', 'PUT', '/api/people/+15550123', 'application/json'],
])('bytes that are not UTF-8, in chunks and called %s, are refused', async (_, method, route, type) => {
  const response = await baton.request(route, { ...chunked(NOT_UTF8, type), method })
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('UTF-8')])
})

test('after all that nothing is stored and no run was started', async () => {
  expect(await baton.history('main')).toEqual([])
  const status = await (await baton.request('/api/monitoring/status')).json()
  expect(status).toMatchObject({ status: 'idle', conductor: null, workers: [] })
  expect(baton.e2b.counters()).toEqual({ created: 0, ended: 0 })
})

test('content of exactly 128 KiB is accepted and returned unchanged', async () => {
  const content = `${'a\u0001"ü'.repeat(26_214)}ab`
  expect(Buffer.byteLength(content)).toBe(131_072)
  await baton.send('large', content)
  const [entry] = await baton.until('large', (all) => all.length > 0)
  expect(entry?.text).toBe(content)
})

test('a known idempotency key sends the same message, and refuses another one', async () => {
  const key = { 'idempotency-key': 'the-key', 'content-type': 'application/json' }
  const send = async (content: string, route = MESSAGE) => {
    const body = JSON.stringify({ content, ...(route === MESSAGE && { sessionId: 'keys' }) })
    const escaped = body.replaceAll('\uFFFD', '\\ufffd')
    const response = await baton.request(route, post(escaped, key))
    return { status: response.status, ...((await response.json()) as object) }
  }
  const first = await send('one \uFFFD')
  expect(first).toMatchObject({ status: 202 })
  expect(await send('one \uFFFD')).toEqual(first)
  expect(await send('two')).toMatchObject({
    status: 422,
    title: 'Unprocessable Content',
    detail: expect.stringContaining('belongs to another message in session keys'),
  })
  expect(await send('one', '/api/monitoring/test')).toMatchObject({ status: 202 })
  expect(await send('two', '/api/monitoring/test')).toMatchObject({ status: 422 })
  await baton.until('keys', (all) => all.some(({ role }) => role === 'conductor'))
  const said = (await baton.history('keys')).filter(({ role }) => role === 'user')
  expect(said.map(({ text }) => text)).toEqual(['one \uFFFD'])
})

test('health needs no token', async () => {
  for (const route of ['/health', '/api/monitoring/health']) {
    const response = await fetch(`${baton.url}${route}`)
    expect(await response.json()).toEqual({ status: 'ok', timestamp: expect.any(String) })
    const head = await fetch(`${baton.url}${route}?cached=no`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const put = await fetch(`${baton.url}${route}`, { method: 'PUT' })
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  }
})

test('the document of the API is served, and holds for the methods of each path', async () => {
  const served = await baton.request('/openapi.json', { headers: { authorization: '' } })
  const document = parse(readFileSync(DOCUMENT, 'utf8'))
  expect(await served.json()).toEqual(document)
  for (const [template, operations] of Object.entries<object>(document.paths)) {
    const methods = Object.keys(operations).map((method) => method.toUpperCase())
    const patch = await baton.request(template.replaceAll(/[{}]/g, ''), { method: 'PATCH' })
    expect([template, patch.status, patch.headers.get('allow')]).toEqual([
      template,
      405,
      [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].sort().join(', '),
    ])
  }
})

test('HEAD needs the token that GET needs', async () => {
  const head = (headers: Record<string, string>) =>
    fetch(`${baton.url}/api/sessions`, { method: 'HEAD', headers })
  expect((await head({})).status).toBe(401)
  expect((await head({ authorization: 'Bearer test-read-token' })).status).toBe(200)
})
