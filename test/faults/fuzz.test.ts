/** Random requests to all routes: every response is documented in docs/openapi.yaml. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, type TestBaton, testBaton } from '../support/baton.ts'
import { mapLimit } from '../support/map-limit.ts'
import { operations } from '../support/openapi.ts'
import { ALL, SEED } from '../support/sample.ts'

const REQUESTS = ALL ? 3_000 : 500
const AT_ONCE = 12

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton()
  await baton.send('main', block('echo one'))
  await baton.until('main', (all) => all.at(-1)?.receipt !== undefined)
})
afterAll(() => baton.close())

/** Characters of a header: visible ASCII. */
const visible = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((c) => String.fromCharCode(c)),
})
const text = fc.string({ unit: 'binary', maxLength: 60 }).filter((each) => each.isWellFormed())
const segment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('main', 'w1', 'w2', 'unknown', 'x'.repeat(65)) },
  { weight: 1, arbitrary: text.filter((each) => !/^\.{1,2}$/.test(each) && each !== '') },
)
const value = fc.oneof(
  text,
  fc.constantFrom('0', '1', '-1', '200', '0x10', '1e3', '', 'null', '9'.repeat(30)),
  fc.jsonValue().map((each) => Buffer.from(JSON.stringify(each)).toString('base64url')),
)
/** No request waits for long, and no message needs a conductor's time. */
const query = fc.dictionary(fc.constantFrom('after', 'limit', 'cursor', 'x'), value, { maxKeys: 3 })
const body = fc.oneof(
  { weight: 1, arbitrary: text },
  { weight: 1, arbitrary: fc.jsonValue().map((each) => JSON.stringify(each)) },
  {
    weight: 1,
    arbitrary: fc
      .record({ content: fc.constantFrom('', ' ', 7, null), sessionId: text })
      .map((each) => JSON.stringify(each)),
  },
  { weight: 2, arbitrary: fc.constant(JSON.stringify({ content: 'x'.repeat(131_073) })) },
)
const headers = fc.record(
  {
    authorization: fc.oneof(
      { weight: 6, arbitrary: fc.constant('Bearer test-token') },
      { weight: 2, arbitrary: fc.constant('Bearer test-read-token') },
      { weight: 1, arbitrary: visible.map((token) => `Bearer ${token}`) },
      { weight: 1, arbitrary: visible },
    ),
    'content-type': fc.constantFrom('application/json', 'text/plain', 'multipart/form-data'),
    'if-none-match': visible,
    'idempotency-key': visible,
    prefer: fc.oneof(visible, fc.constant('wait=0')),
  },
  { requiredKeys: ['authorization'] },
)
const route = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...operations.keys()) },
  { weight: 2, arbitrary: fc.constant('POST /api/webhooks/conductor/message') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('GET /', 'POST /api', 'PUT /health', 'GET /api/nothing'),
  },
)

const request = fc.record({ route, segments: fc.tuple(segment, segment), query, body, headers })

test('every response is documented, and none is a server error', async () => {
  const requests = fc.sample(request, { numRuns: REQUESTS, seed: SEED })
  const seen = new Map<number, number>()
  const send = async (each: (typeof requests)[number]) => {
    const [method = '', template = ''] = each.route.split(' ')
    const rest = [...each.segments]
    const path = template.replaceAll(/\{\w+\}/g, () => encodeURIComponent(rest.shift() ?? ''))
    // The session that all requests use must not be deleted by one of them.
    const { pathname } = new URL(path, 'http://localhost')
    if (method !== 'GET' && /^\/api\/sessions\/main(\/stop)?$/.test(pathname)) return
    const { status } = await baton.request(`${path}?${new URLSearchParams(each.query)}`, {
      method,
      headers: each.headers,
      redirect: 'manual',
      ...(method === 'POST' && { body: each.body }),
    })
    seen.set(status, (seen.get(status) ?? 0) + 1)
  }
  await mapLimit(requests, AT_ONCE, send)
  console.log(
    `${REQUESTS} requests: ${[...seen].map(([status, n]) => `${n} × ${status}`).join(', ')}`,
  )
  // No service failed, and the requests reached every kind of response.
  expect([...seen.keys()].filter((status) => status >= 500)).toEqual([])
  expect([...seen.keys()].sort()).toEqual(expect.arrayContaining([200, 400, 401, 403, 404, 413]))
}, 1_800_000)
