import { afterAll, beforeAll, expect, test } from 'vitest'
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

const cases: [string, string, RequestInit, number, RegExp][] = [
  ['no token', MESSAGE, post('{"content":"x"}', { authorization: '' }), 401, /Bearer/],
  ['a wrong token', MESSAGE, post('{"content":"x"}', { authorization: 'Bearer no' }), 401, /token/],
  ['empty content', MESSAGE, post('{"content":"  "}'), 400, /content: must not be empty/],
  ['no content', MESSAGE, post('{}'), 400, /content/],
  ['an empty body', MESSAGE, post(''), 400, /not JSON/],
  ['what is not JSON', MESSAGE, post('content=x'), 400, /not JSON/],
  ['bytes that are not UTF-8', MESSAGE, post(Buffer.from([0x22, 0xff, 0x22])), 400, /UTF-8/],
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
  ['a known route, another method', MESSAGE, { method: 'GET' }, 404, /no route/],
  ['the root', '/', {}, 404, /no route/],
  ['an unknown session', '/api/sessions/nobody/messages', {}, 404, /no session/],
  ['a bad session id in the path', '/api/sessions/a%20b/messages', {}, 400, /session id/],
  ['a bad after', '/api/sessions/x/messages?after=-1', {}, 400, /after/],
  ['an unknown worker', '/api/sessions/x/workers/w1', {}, 404, /no such worker/],
  ['a bad cursor', '/api/monitoring/workers?cursor=x', {}, 400, /cursor/],
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

test('health needs no token', async () => {
  for (const route of ['/health', '/api/monitoring/health']) {
    const response = await fetch(`${baton.url}${route}`)
    expect(await response.json()).toEqual({ status: 'ok', timestamp: expect.any(String) })
  }
})
