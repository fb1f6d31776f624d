/** The document of the API is what the routes declare, names those of the template, and says who may use each. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { DOCUMENT, openApiYaml } from '../../bin/openapi/document.ts'
import { operations } from '../support/openapi.ts'
import { propertiesOf } from './support/template.ts'

const routes = propertiesOf('AWS::ApiGatewayV2::Route', z.object({ RouteKey: z.string() }))
  .map(([, { RouteKey }]) => RouteKey)
  // Routes for sandboxes are not in the document (src/contract/runner.ts).
  .filter((route) => route !== '$default' && !route.includes('/webhooks/sandbox/'))

test('the document is what the routes declare', async () => {
  const committed = readFileSync(DOCUMENT, 'utf8')
  expect(committed, 'docs/openapi.yaml is out of date: run `npm run openapi`').toBe(
    await openApiYaml(),
  )
})

test('every route is documented, and nothing else', () => {
  expect([...operations.keys()].sort()).toEqual(routes.sort())
})

test('operations have unique names', () => {
  const ids = [...operations.values()].map(({ operationId }) => operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

/** Operations without a bearer token: public ones and signed ones. */
const OTHERS: readonly (readonly [RegExp, Record<string, readonly string[]>])[] = [
  [/\/health$/, {}],
  [/^GET \/l\//, {}],
  [/\/webhooks\/sms/, { twilio: [] }],
  [/\/webhooks\/email$/, { sendgrid: [] }],
]

test.each([...operations])('%s says who may use it', (route, { security, responses }) => {
  const others = OTHERS.find(([pattern]) => pattern.test(route))
  if (others) return expect(security).toEqual([others[1]])
  if (route.startsWith('GET ')) return expect(security).toEqual([{ operator: [] }, { reader: [] }])
  // The document's default: the operator only.
  expect(security).toBeUndefined()
  expect(responses).toHaveProperty('403')
})

test.each([...operations])('%s may be unavailable, and unauthorized', (route, { responses }) => {
  expect(responses).toHaveProperty('503')
  const open = OTHERS.some(([pattern]) => pattern.test(route))
  if (!open) expect(responses).toHaveProperty('401')
})
