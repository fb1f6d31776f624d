/** The routes, and the functions behind them. */
import { expect, test } from 'vitest'
import * as z from 'zod'
import { declaredRoutes } from '../../bin/openapi/declared.ts'
import { idIn, propertiesOf, resources } from './support/template.ts'

const route = z.object({ RouteKey: z.string(), Target: z.string() })
const integration = z.object({ IntegrationUri: z.string(), PayloadFormatVersion: z.string() })
const fn = z.object({
  Environment: z.object({ Variables: z.object({ POWERTOOLS_SERVICE_NAME: z.string() }) }),
})

const integrations = new Map(propertiesOf('AWS::ApiGatewayV2::Integration', integration))

function handlerOf(target: string): string {
  const { IntegrationUri } = integrations.get(idIn(target.replace('integrations/', ''))) ?? {}
  const { Environment } = fn.parse(resources[idIn(IntegrationUri ?? '')]?.Properties)
  return Environment.Variables.POWERTOOLS_SERVICE_NAME
}

test('the routes are those that functions declare; any other path is not found', async () => {
  const routes = propertiesOf('AWS::ApiGatewayV2::Route', route).map(
    ([, { RouteKey, Target }]) => [RouteKey, handlerOf(Target)] as const,
  )
  const declared = (await declaredRoutes()).flatMap(({ key, fn: folder }) =>
    [key, ...(key.startsWith('GET ') ? [key.replace('GET', 'HEAD')] : [])].map((each) => [
      each,
      folder,
    ]),
  )
  expect(routes.sort()).toEqual(declared.sort())
  expect(Object.fromEntries(routes)).toMatchObject({ $default: 'public-api' })
})

test('every function gets the payload format that it reads', () => {
  const formats = [...integrations.values()].map((each) => each.PayloadFormatVersion)
  expect(new Set(formats)).toEqual(new Set(['2.0']))
})

const stage = z.object({
  StageName: z.string(),
  AccessLogSettings: z.object({ Format: z.string(), DestinationArn: z.string() }),
})

test('the access log contains no header, no query and no body', () => {
  const stages = propertiesOf('AWS::ApiGatewayV2::Stage', stage)
  expect(stages.map(([, { StageName }]) => StageName)).toEqual(['$default'])
  const fields = stages.flatMap(([, { AccessLogSettings }]) =>
    [...AccessLogSettings.Format.matchAll(/\$context\.([\w.]+)/g)].map(([, name]) => name),
  )
  expect(fields.sort()).toEqual([
    'identity.sourceIp',
    'integrationErrorMessage',
    'requestId',
    'requestTime',
    'responseLatency',
    'responseLength',
    'routeKey',
    'status',
  ])
})
