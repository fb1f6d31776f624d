/** For any event of API Gateway, the response has a documented status, and is a problem unless it is a success. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { handler as readApi } from '../../../lambdas/read-api/handler.ts'
import { handler as message } from '../../../lambdas/receive-message/handler.ts'
import { handler as callback } from '../../../lambdas/sandbox-callback/handler.ts'
import { requireOperator } from '../../../src/http/authenticate.ts'
import { http } from '../../../src/http/http.ts'
import { callEvent, detailOf, eventOf } from './call.ts'
import { INTERNAL, OPERATOR, setDeployment } from './deployment.ts'

setDeployment()

const DOCUMENTED = [200, 202, 204, 304, 400, 401, 403, 404, 409, 413, 503]

/** Throws anything that can be thrown. */
const throwing = http(async (event) => {
  await requireOperator(event.headers.authorization)
  throw JSON.parse(event.body ?? 'null')
})

const functions = { message, readApi, callback, throwing }

const text = fc.string({ unit: 'binary', maxLength: 80 })
const content = fc.oneof(text, fc.constantFrom('', ' ', 'hello', 'x'.repeat(131_073)))
const json = fc
  .oneof(
    fc.jsonValue(),
    fc.record(
      { content, sessionId: fc.oneof(text, fc.constant('main')), source: fc.constant('USER') },
      { requiredKeys: ['content'] },
    ),
  )
  .map((value) => JSON.stringify(value))

const event = fc.record(
  {
    route: fc.constantFrom(
      'POST /api/webhooks/conductor/message',
      'GET /api/sessions/{sessionId}/messages',
      'GET /api/sessions/{sessionId}',
      'GET /api/sessions',
      'GET /api/monitoring/metrics',
      'POST /api/monitoring/test',
      'GET /api/sessions/{sessionId}/workers/{workerId}',
      'GET /api/monitoring/workers',
      'GET /api/monitoring/status',
      'POST /api/webhooks/sandbox/result',
      '$default',
    ),
    headers: fc.oneof(
      fc.dictionary(text, text),
      fc.record(
        {
          authorization: fc.oneof(
            { weight: 4, arbitrary: fc.constant(`Bearer ${OPERATOR}`) },
            { weight: 1, arbitrary: text.map((token) => `Bearer ${token}`) },
          ),
          'idempotency-key': text,
        },
        { requiredKeys: ['authorization'] },
      ),
    ),
    pathParameters: fc.record({ sessionId: fc.oneof(text, fc.constant('main')), workerId: text }),
    query: fc.dictionary(fc.constantFrom('after', 'limit', 'cursor', 'x'), text),
    body: fc.oneof(text, json, fc.base64String()),
    isBase64Encoded: fc.boolean(),
  },
  { requiredKeys: ['route'] },
)

test('2,000 random events', { timeout: 60_000 }, async () => {
  const seen = new Set<number>()
  const handlers = fc.constantFrom(...Object.values(functions))
  await fc.assert(
    fc.asyncProperty(handlers, event, async (handler, request) => {
      const answer = await callEvent(handler, eventOf(request))
      seen.add(answer.statusCode)
      expect(DOCUMENTED).toContain(answer.statusCode)
      if (answer.statusCode >= 400) detailOf(answer, answer.statusCode)
      expect(JSON.stringify(answer)).not.toContain(INTERNAL)
    }),
    { numRuns: 2_000 },
  )
  expect([...seen]).toEqual(expect.arrayContaining([400, 401, 403, 404, 503]))
})
