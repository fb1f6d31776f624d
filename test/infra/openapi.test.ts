/** The document of the API is what the routes declare, names those of the template, and says who may use each. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { DOCUMENT, openApiYaml } from '../../bin/openapi/document.ts'
import { apiPage, PAGE } from '../../bin/openapi/markdown.ts'
import { turnReplySchema } from '../../src/commands/turn-reply.ts'
import { openapi, operations } from '../support/openapi.ts'
import { propertiesOf } from './support/template.ts'

const routes = propertiesOf('AWS::ApiGatewayV2::Route', z.object({ RouteKey: z.string() }))
  .map(([, { RouteKey }]) => RouteKey)
  // Routes for sandboxes are not in the document (src/contract/runner.ts).
  .filter((route) => route !== '$default' && !route.includes('/webhooks/sandbox/'))
  // The document says once that HEAD works wherever GET does.
  .filter((route) => !route.startsWith('HEAD '))

test('the document is what the routes declare', async () => {
  const committed = readFileSync(DOCUMENT, 'utf8')
  expect(committed, 'docs/openapi.yaml is out of date: run `npm run openapi`').toBe(
    await openApiYaml(),
  )
})

test('the page to read is what the document says', async () => {
  expect(readFileSync(PAGE, 'utf8'), 'docs/api.md is out of date: run `npm run openapi`').toBe(
    apiPage(await openApiYaml()),
  )
})

test('every route is documented, and nothing else', () => {
  expect([...operations.keys()].sort()).toEqual(routes.sort())
})

test('the history shows every field of every command', () => {
  const fields = z
    .object({ properties: z.record(z.string(), z.object({ description: z.string().optional() })) })
    .parse(openapi.components.schemas.Command).properties
  expect(fields).toMatchObject({
    workerId: {
      description: 'Of SPAWN_WORKER, REVIEW_WORKER, MESSAGE_WORKER, KILL_WORKER, DELIVER_FILE',
    },
    task: { description: 'Of SPAWN_WORKER' },
    criteria: { description: 'Of SPAWN_WORKER, REVIEW_WORKER' },
  })
  const shown = turnReplySchema.properties as {
    commands: { items: { oneOf: { properties: object }[] } }
  }
  for (const { properties } of shown.commands.items.oneOf)
    for (const name of Object.keys(properties)) expect(fields).toHaveProperty(name)
})

test('operations have unique names', () => {
  const ids = [...operations.values()].map(({ operationId }) => operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

/** Operations without a bearer token: public ones and signed ones. */
const OTHERS: readonly (readonly [RegExp, Record<string, readonly string[]>])[] = [
  [/^GET \/(?:health|api\/monitoring\/health)$/, {}],
  [/^GET \/l\//, {}],
  [/^GET \/openapi.json$/, {}],
  [/\/webhooks\/sms/, { twilio: [] }],
  [/\/webhooks\/email$/, { sendgrid: [] }],
]

test.each([...operations])('%s says who may use it', (route, { security, responses }) => {
  const others = OTHERS.find(([pattern]) => pattern.test(route))
  if (others) return expect(security).toEqual([others[1]])
  if (/^GET \/api\/(?:access$|sessions\/)/.test(route))
    return expect(security).toEqual([{ operator: [] }, { reader: [] }, { link: [] }])
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
