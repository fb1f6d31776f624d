/** The routes, and the functions behind them. */
import { expect, test } from 'vitest'
import * as z from 'zod'
import { idIn, propertiesOf, resources } from './support/template.ts'

/** Every implemented route, by the folder of its handler. */
const ROUTES = {
  'DELETE /api/people/{address}': 'session-control',
  'DELETE /api/sessions/{sessionId}': 'session-control',
  'GET /health': 'public-api',
  'GET /api/monitoring/health': 'public-api',
  'GET /api/monitoring/metrics': 'read-api',
  'GET /api/monitoring/status': 'read-api',
  'GET /api/monitoring/workers': 'read-api',
  'GET /api/people': 'session-control',
  'GET /api/sessions': 'read-api',
  'GET /api/sessions/{sessionId}': 'read-api',
  'GET /api/sessions/{sessionId}/messages': 'read-api',
  'GET /api/sessions/{sessionId}/workers/{workerId}': 'read-api',
  'GET /api/sessions/{sessionId}/workers/{workerId}/artifacts/{name}': 'read-api',
  'GET /l/{token}': 'public-api',
  'POST /api/monitoring/test': 'receive-message',
  'POST /api/sessions/{sessionId}/continue': 'session-control',
  'POST /api/sessions/{sessionId}/stop': 'session-control',
  'POST /api/sessions/{sessionId}/workers/{workerId}/kill': 'session-control',
  'POST /api/webhooks/conductor/message': 'receive-message',
  'POST /api/webhooks/email': 'receive-email',
  'POST /api/webhooks/sandbox/artifacts': 'sandbox-callback',
  'POST /api/webhooks/sandbox/heartbeat': 'sandbox-callback',
  'POST /api/webhooks/sandbox/job': 'sandbox-callback',
  'POST /api/webhooks/sandbox/result': 'sandbox-callback',
  'POST /api/webhooks/sms': 'receive-sms',
  'POST /api/webhooks/sms/status': 'record-sms-status',
  'PUT /api/people/{address}': 'session-control',
  $default: 'public-api',
}

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

test('these are all routes, each with its function; any other path is not found', () => {
  const routes = propertiesOf('AWS::ApiGatewayV2::Route', route).map(
    ([, { RouteKey, Target }]) => [RouteKey, handlerOf(Target)] as const,
  )
  expect(Object.fromEntries(routes)).toEqual(ROUTES)
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
