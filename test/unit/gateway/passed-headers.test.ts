/** The headers that are forwarded to the model and back. */
import { expect, test } from 'vitest'
import { passedHeaders } from '../../../lambdas/model-gateway/upstream.ts'

test('headers of the Messages API are forwarded unchanged', () => {
  const headers = {
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'a,b',
    'x-stainless-retry-count': '1',
    'content-type': 'application/json',
    'user-agent': 'cli',
    'request-id': 'req_1',
    'retry-after': '4',
  }
  expect(passedHeaders(headers)).toEqual(headers)
})

test.each([
  'Authorization',
  'x-api-key',
  'host',
  'Content-Length',
  'transfer-encoding',
  'connection',
  'accept-encoding',
  'x-amzn-trace-id',
  'X-Forwarded-For',
  'set-cookie',
  'anthropic-organization-id',
])('%s is not', (name) => {
  expect(passedHeaders({ [name]: 'secret' })).toEqual({})
})
