/** Lists of artifacts that the callback refuses before it reads a worker, and who cannot download one. */
import { expect, test } from 'vitest'
import { handler as readApi } from '../../../lambdas/read-api/handler.ts'
import { handler as callback } from '../../../lambdas/sandbox-callback/handler.ts'
import { signJobToken } from '../../../src/core/job-token.ts'
import { call, detailOf } from './call.ts'
import { JOB_KEY, OPERATOR, setDeployment } from './deployment.ts'

setDeployment()

const claims = { session: 'main', worker: 'w1', leg: 1, job: 3, expires: 4_000_000_000 }
const file = (name: string, size: unknown = 1, sha256 = `${'A'.repeat(43)}=`) => ({
  name,
  size,
  sha256,
})
const post = (body: unknown, by: object = claims) =>
  call(callback, {
    route: 'POST /api/webhooks/sandbox/artifacts',
    headers: { authorization: `Bearer ${signJobToken({ ...claims, ...by }, JOB_KEY)}` },
    body: JSON.stringify(body),
  })

const many = (count: number, size = 1) =>
  Array.from({ length: count }, (_, i) => file(`${i}`, size))

test.each<[string, unknown]>([
  ['nothing', []],
  ['21 files', many(21)],
  ['more than 10 MB', [file('a', 10_000_001)]],
  ['more than 25 MB together', [...many(2, 10_000_000), file('a', 5_000_001)]],
  ['a negative size', [file('a', -1)]],
  ['half a byte', [file('a', 0.5)]],
  ['a name twice', [file('a'), file('a')]],
  ['a path', [file('a/b')]],
  ['a way up', [file('..')]],
  ['a hidden file', [file('.claude')]],
  ['instructions', [file('claude.md')]],
  ['a long name', [file('x'.repeat(101))]],
  ['a quotation mark', [file('a"b')]],
  ['another checksum', [file('a', 1, 'ab')]],
])('%s is 400', async (_, body) => {
  expect(detailOf(await post(body), 400)).toContain('The body is not valid')
})

test('a valid list is passed to the worker, which cannot be read here', async () => {
  detailOf(await post([...many(2, 10_000_000), file('a b.txt', 5_000_000)]), 503)
})

test("a conductor's token is 403", async () => {
  const detail = detailOf(await post([file('a')], { worker: undefined }), 403)
  expect(detail).toBe('Only jobs of workers can upload artifacts.')
})

test('the key for the model gateway is 403', async () => {
  detailOf(await post([file('a')], { use: 'model' }), 403)
})

const get = (sessionId: string, headers: Record<string, string>) =>
  call(readApi, {
    route: 'GET /api/sessions/{sessionId}/workers/{workerId}/artifacts/{name}',
    headers,
    pathParameters: { sessionId, workerId: 'w1', name: 'a' },
  })

test("an artifact needs the operator's token and a valid session id", async () => {
  detailOf(await get('main', {}), 401)
  detailOf(await get('a b', { authorization: `Bearer ${OPERATOR}` }), 400)
})
