/** Requests that the reading routes refuse before they read anything. */
import { describe, expect, test } from 'vitest'
import { handler as health } from '../../../lambdas/public-api/handler.ts'
import { handler as readApi } from '../../../lambdas/read-api/handler.ts'
import { call, detailOf, type HttpFunction, type Request } from './call.ts'
import { OPERATOR, setDeployment } from './deployment.ts'

setDeployment()

const headers = { authorization: `Bearer ${OPERATOR}` }
const messages = 'GET /api/sessions/{sessionId}/messages'
const workers = 'GET /api/monitoring/workers'
const main = { sessionId: 'main' }
const key = { live: 'live', startedAt: '2026-01-01T00:00:00.000Z', sessionId: 's', workerId: 'w1' }
const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('the health check is public', async () => {
  const { statusCode, body = '' } = await call(health, { route: 'GET /health' })
  expect(statusCode).toBe(200)
  const { status, timestamp } = JSON.parse(body)
  expect({ status, timestamp }).toEqual({
    status: 'ok',
    timestamp: new Date(timestamp).toISOString(),
  })
})

const guarded: [string, HttpFunction, Request][] = [
  ['the history', readApi, { route: messages, pathParameters: main }],
  ['a session of a bad id', readApi, { route: messages, pathParameters: { sessionId: '.' } }],
  ['the status', readApi, { route: 'GET /api/monitoring/status' }],
  ['an unknown route', readApi, { route: 'GET /api/monitoring/nothing' }],
]
test.each(guarded)('%s needs a token', async (_, handler, request) => {
  detailOf(await call(handler, request), 401)
})

const unknown: [string, HttpFunction, Request][] = [
  ['sessions', readApi, { route: 'GET /api/sessions/{sessionId}/nothing', pathParameters: main }],
  ['monitoring', readApi, { route: 'GET /api/monitoring/nothing' }],
]
test.each(unknown)('an unknown route of %s is a 404 that names it', async (_, handler, request) => {
  expect(detailOf(await call(handler, { ...request, headers }), 404)).toContain(request.route)
})

test.each([undefined, '', 'a b', 'x'.repeat(65)])('the session id %j is 400', async (sessionId) => {
  const pathParameters = sessionId === undefined ? {} : { sessionId }
  const answer = await call(readApi, { route: messages, headers, pathParameters })
  expect(detailOf(answer, 400)).toContain('The session id is not valid')
})

describe('the query of the history is 400 with', () => {
  test.each([
    { after: '-1' },
    { after: '1.5' },
    { after: 'x' },
    { after: '1,2' },
    { after: '' },
    { after: '0x10' },
    { after: '1e3' },
    { wait: '1.5' },
    { after: 'Infinity' },
    { limit: '0' },
    { limit: '201' },
    { wait: '26' },
    { wait: '-1' },
    { wait: 'NaN' },
  ])('%j', async (query) => {
    const answer = await call(readApi, { route: messages, headers, pathParameters: main, query })
    expect(detailOf(answer, 400)).toContain(`The query is not valid: ${Object.keys(query)[0]}: `)
  })
})

describe('the query of the workers is 400 with', () => {
  test.each([
    { limit: '0' },
    { limit: '101' },
    { limit: 'all' },
    { cursor: '' },
    { cursor: 'x' },
    { cursor: cursor(null) },
    { cursor: cursor({ live: 'no', startedAt: '', sessionId: 's', workerId: 'w1' }) },
    { cursor: cursor({ live: 'live', startedAt: '2026', sessionId: 's' }) },
    { cursor: cursor({ ...key, workerId: 'w' }) },
    { cursor: cursor({ ...key, startedAt: '2026' }) },
    { cursor: cursor({ ...key, x: 1 }) },
  ])('%j', async (query) => {
    const answer = await call(readApi, { route: workers, headers, query })
    expect(detailOf(answer, 400)).toContain(`The query is not valid: ${Object.keys(query)[0]}: `)
  })
})
