/** API Gateway's HTTP API: routes requests to functions and responds as the gateway does. */
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { httpEvent, sendMessage, sendResult } from './http-event.ts'
import { chooseRoute, type RoutePattern, routePattern } from './http-routes.ts'
import { type LambdaHost, payloadLimit } from './lambda-host.ts'
import { type RequestHandler, readBody, requestUrl } from './loopback.ts'
import type { Declared, Stack } from './stack.ts'
import type { LambdaOutcome } from './states/lambda-outcome.ts'

/** AWS allows no higher value, neither for this nor for the integration timeout. */
const bodyLimit = 10 * 1024 * 1024

/** The content type of a response that sets none. */
const defaultType = 'text/plain;charset=UTF-8'

interface Route extends RoutePattern {
  readonly functionArn: string
  readonly timeoutMs: number
}

/** Sees each request before the API does. Returns true if it has handled the request. */
export type Before = (...asked: Parameters<RequestHandler>) => Promise<boolean>

/** Returns the request handler of the stack's HTTP API. Throws if the stack has more than one. */
export function httpApi(
  stack: Stack,
  lambda: Pick<LambdaHost, 'invoke'>,
  before?: Before,
): RequestHandler {
  const [, second] = stack.all('AWS::ApiGatewayV2::Api')
  if (second) throw new Error(`${second.logicalId}: one HTTP API is what one port can serve`)
  stack.all('AWS::ApiGatewayV2::Stage')
  const routes = routesOf(stack)
  return async (request, response) => {
    if (await before?.(request, response)) return
    const { pathname } = requestUrl(request)
    const chosen = chooseRoute(routes, request.method ?? 'GET', pathname)
    if (!chosen) return sendMessage(response, 404, 'Not Found')
    const body = await readBody(request, bodyLimit)
    if (!body) return sendMessage(response, 413, 'Request Entity Too Large')
    const event = httpEvent(request, body, chosen.taken, Date.now())
    if (Buffer.byteLength(JSON.stringify(event)) > payloadLimit) {
      return sendMessage(response, 413, 'Request Entity Too Large')
    }
    const { functionArn, timeoutMs } = chosen.route
    answer(response, await withTimeout(lambda.invoke(functionArn, event), timeoutMs))
  }
}

function routesOf(stack: Stack): Route[] {
  const integrations = new Map(
    stack.all('AWS::ApiGatewayV2::Integration').map((found) => [found.logicalId, found] as const),
  )
  return stack.all('AWS::ApiGatewayV2::Route').map(({ logicalId, properties }) => {
    const integration = integrations.get(properties.Target.replace(/^integrations\//, ''))
    if (!integration) throw new Error(`${logicalId}: ${properties.Target} is not in the template`)
    return {
      ...routePattern(properties.RouteKey),
      functionArn: functionArn(integration),
      timeoutMs: integration.properties.TimeoutInMillis,
    }
  })
}

/** An integration names its function by ARN, or by the ARN of the path that invokes it. */
const functionArn = ({ properties }: Declared<'AWS::ApiGatewayV2::Integration'>) =>
  /\/functions\/(.+)\/invocations$/.exec(properties.IntegrationUri)?.[1] ??
  properties.IntegrationUri

/** Resolves with undefined if the function takes too long. The function keeps running, as on AWS. */
async function withTimeout(
  outcome: Promise<LambdaOutcome>,
  timeoutMs: number,
): Promise<LambdaOutcome | undefined> {
  const timer = new AbortController()
  const late = sleep(timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined)
  return Promise.race([outcome, late]).finally(() => timer.abort())
}

function answer(response: ServerResponse, outcome: LambdaOutcome | undefined): void {
  if (outcome?.ok && sendResult(outcome.payload, response, defaultType)) return
  const unavailable =
    outcome === undefined ||
    (!outcome.ok && outcome.errorType === 'Lambda.TooManyRequestsException')
  if (unavailable) sendMessage(response, 503, 'Service Unavailable')
  else sendMessage(response, 500, 'Internal Server Error')
}
