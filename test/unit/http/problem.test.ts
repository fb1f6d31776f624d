/** Every error of an HTTP function is a problem; internal details stay internal. */
import { describe, expect, test } from 'vitest'
import { handler as notFound } from '../../../lambdas/public-api/handler.ts'
import { http } from '../../../src/http/http.ts'
import { Problem, type ProblemStatus } from '../../../src/http/problem.ts'
import { json, noContent } from '../../../src/http/respond.ts'
import { call, detailOf } from './call.ts'
import { setDeployment } from './deployment.ts'

const deployment = setDeployment()

const throwing = (error: unknown) =>
  http(async () => {
    throw error
  })

const titles: [ProblemStatus, string][] = [
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [409, 'Conflict'],
  [413, 'Content Too Large'],
  [503, 'Service Unavailable'],
]

test.each(titles)('a problem with status %i has the title %j', async (status, title) => {
  const answer = await call(throwing(new Problem(status, 'Do it another way.')), {})
  expect(detailOf(answer, status)).toBe('Do it another way.')
  expect(JSON.parse(answer.body ?? '')).toMatchObject({ title })
})

test('401 names the wanted credentials, 503 has Retry-After', async () => {
  const headers = async (status: ProblemStatus) =>
    (await call(throwing(new Problem(status, 'No.')), {})).headers
  expect(await headers(401)).toHaveProperty('www-authenticate', 'Bearer')
  expect(await headers(503)).toHaveProperty('retry-after', '5')
  expect(await headers(404)).not.toHaveProperty('retry-after')
  expect(await headers(404)).not.toHaveProperty('www-authenticate')
})

describe('any other error is a 503 to be retried', () => {
  const secret = 'key-4711'
  test.each([
    ['an error', new Error(secret)],
    ['an error with a cause', new Error('outer', { cause: new Error(secret) })],
    ['an error that looks like an answer', Object.assign(new Error(secret), { statusCode: 418 })],
    ['an error that looks like a problem', Object.assign(new Error(secret), { status: 400 })],
    ['an error with a name', Object.assign(new Error(secret), { name: 'Problem' })],
    ['a text', secret],
    ['an object', { message: secret }],
  ])('%s', async (_, error) => {
    const answer = await call(throwing(error), {})
    expect(detailOf(answer, 503)).toMatch(/Please try again\.$/)
    expect(answer.headers['retry-after']).toBe('5')
    expect(JSON.stringify(answer)).not.toContain(secret)
  })

  test('and its cause is in the log', async () => {
    await call(throwing(new Error('outer', { cause: new Error(secret) })), {})
    expect(deployment.log.join('')).toContain('outer')
    expect(deployment.log.join('')).toContain(secret)
  })
})

test('a refusal is logged with its status, not as an error', async () => {
  await call(throwing(new Problem(404, 'There is no such thing.')), {})
  const lines = deployment.log.map((line) => JSON.parse(line))
  expect(lines).toMatchObject([
    {
      level: 'INFO',
      status: 404,
      detail: 'There is no such thing.',
      function_request_id: 'invocation-1',
    },
  ])
})

test('success is returned as it is: JSON that is not cached, or nothing', async () => {
  expect(
    await call(
      http(async () => json({ a: 'ü' }, 202)),
      {},
    ),
  ).toEqual({
    statusCode: 202,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: '{"a":"ü"}',
  })
  expect(
    await call(
      http(async () => noContent),
      {},
    ),
  ).toEqual({ statusCode: 204, headers: {} })
})

test('an unknown route is named in its problem', async () => {
  const answer = await call(notFound, { route: 'PATCH /api/nothing', routeKey: '$default' })
  expect(detailOf(answer, 404)).toBe('There is no route PATCH /api/nothing.')
})

test.each([
  ['POST /health', 'GET, HEAD'],
  ['OPTIONS /api/sessions/a.b', 'DELETE, GET, HEAD'],
  ['GET /api/webhooks/sms', 'POST'],
])('%s on a known path is 405 with Allow: %s', async (route, allow) => {
  const answer = await call(notFound, { route, routeKey: '$default' })
  expect(detailOf(answer, 405)).toContain(`only ${allow}.`)
  expect(answer.headers).toHaveProperty('allow', allow)
})

test.each([
  '/healthy',
  '/health/',
  '/api/sessions/',
  '/api/sessions/a/b',
  '/api/sessions',
])('%s is another path', async (path) => {
  detailOf(await call(notFound, { route: `PUT ${path}`, routeKey: '$default' }), 404)
})

test('HEAD is GET without the body, also if it fails', async () => {
  const route = 'HEAD /health'
  expect(await call(notFound, { route })).toEqual({
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  })
  const missing = await call(notFound, { route: 'HEAD /nothing', routeKey: '$default' })
  expect(missing).toMatchObject({ statusCode: 404 })
  expect(missing.body).toBeUndefined()
})
