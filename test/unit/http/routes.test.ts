/** What the reading routes refuse before they read anything. */
import { describe, expect, test } from 'vitest'
import { handler as health } from '../../../lambdas/check-health/handler.ts'
import { handler as monitor } from '../../../lambdas/monitor/handler.ts'
import { handler as history } from '../../../lambdas/read-history/handler.ts'
import { handler as session } from '../../../lambdas/read-session/handler.ts'
import { call, detailOf, type HttpFunction, type Request } from './call.ts'
import { OPERATOR, setDeployment } from './deployment.ts'

setDeployment()

const headers = { authorization: `Bearer ${OPERATOR}` }
const messages = 'GET /api/sessions/{sessionId}/messages'
const workers = 'GET /api/monitoring/workers'
const main = { sessionId: 'main' }
const key = { live: 'live', startedAt: '2026-01-01T00:00:00.000Z', sessionId: 's', workerId: 'w1' }
const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('anybody may ask for the health', async () => {
  const { statusCode, body = '' } = await call(health, { route: 'GET /health' })
  expect(statusCode).toBe(200)
  const { status, timestamp } = JSON.parse(body)
  expect({ status, timestamp }).toEqual({
    status: 'ok',
    timestamp: new Date(timestamp).toISOString(),
  })
})

const guarded: [string, HttpFunction, Request][] = [
  ['the history', history, { route: messages, pathParameters: main }],
  ['a session of a bad id', history, { route: messages, pathParameters: { sessionId: '.' } }],
  ['the status', monitor, { route: 'GET /api/monitoring/status' }],
  ['an unknown route', monitor, { route: 'GET /api/monitoring/nothing' }],
]
test.each(guarded)('nobody unproven is told about %s', async (_, handler, request) => {
  detailOf(await call(handler, request), 401)
})

const unknown: [string, HttpFunction, Request][] = [
  ['sessions', session, { route: 'GET /api/sessions/{sessionId}/nothing', pathParameters: main }],
  ['monitoring', monitor, { route: 'GET /api/monitoring/nothing' }],
]
test.each(
  unknown,
)('a route that is not known among %s is 404 by name', async (_, handler, request) => {
  expect(detailOf(await call(handler, { ...request, headers }), 404)).toContain(request.route)
})

test.each([undefined, '', 'a b', 'x'.repeat(65)])('the session id %j is 400', async (sessionId) => {
  const pathParameters = sessionId === undefined ? {} : { sessionId }
  const answer = await call(history, { route: messages, headers, pathParameters })
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
    const answer = await call(history, { route: messages, headers, pathParameters: main, query })
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
    const answer = await call(monitor, { route: workers, headers, query })
    expect(detailOf(answer, 400)).toContain(`The query is not valid: ${Object.keys(query)[0]}: `)
  })
})
