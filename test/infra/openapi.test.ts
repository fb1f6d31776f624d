/** The document of the API names the routes of the template, and says who may use each. */
import { expect, test } from 'vitest'
import * as z from 'zod'
import { operations } from '../support/openapi.ts'
import { propertiesOf } from './support/template.ts'

const routes = propertiesOf('AWS::ApiGatewayV2::Route', z.object({ RouteKey: z.string() }))
  .map(([, { RouteKey }]) => RouteKey)
  // What sandboxes call is between them and us (sandbox/contract.ts).
  .filter((route) => route !== '$default' && !route.includes('/webhooks/sandbox/'))

test('every route is documented, and nothing else', () => {
  expect([...operations.keys()].sort()).toEqual(routes.sort())
})

test('operations have names of their own', () => {
  const ids = [...operations.values()].map(({ operationId }) => operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test.each([...operations])('%s says who may use it', (route, { security, responses }) => {
  if (route.endsWith('/health')) return expect(security).toEqual([{}])
  if (route.startsWith('GET ')) return expect(security).toEqual([{ operator: [] }, { reader: [] }])
  // The document's default: the operator alone.
  expect(security).toBeUndefined()
  expect(responses).toHaveProperty('403')
})

test.each([...operations])('%s may be unavailable, and unauthorized', (route, { responses }) => {
  expect(responses).toHaveProperty('503')
  if (!route.endsWith('/health')) expect(responses).toHaveProperty('401')
})
