/** The HTTP API with its access logs. Functions add the routes that they declare. */
import { Duration, Lazy, Stack, Validations } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import * as z from 'zod'
import { DIMENSION } from '../../src/core/metrics.ts'
import type { Routes } from '../../src/http/route.ts'
import { type Binding, environment } from '../kit/bindings.ts'
import { freezeLogicalId } from '../kit/frozen.ts'
import { Log } from '../kit/log.ts'

const AUTHORIZATION =
  'The functions check bearer tokens, job tokens and signatures over the body. Authorizers do not see the body.'

/** Timeout of functions whose requests may wait up to 25 seconds. API Gateway gives up after 30. */
export const LONG_POLL_LIMIT = Duration.seconds(29)

/** The fields of the access log: never the body or credentials. */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  responseLength: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  integrationError: '$context.integrationErrorMessage',
}

const httpMethod = z.enum(HttpMethod)

export class Api extends Construct {
  readonly accessLogs: Log
  readonly #http: HttpApi
  readonly #keys: string[] = []

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.#http = new HttpApi(this, 'Http', { createDefaultStage: false })
    Validations.of(this.#http).acknowledge({ id: 'AwsSolutions-APIG4', reason: AUTHORIZATION })
    this.accessLogs = new Log(this, 'AccessLogs')
    // Metric filters read the metric's dimension from the line.
    const line = { [DIMENSION]: Stack.of(this).stackName, ...ACCESS_LOG }
    new HttpStage(this, 'Stage', {
      httpApi: this.#http,
      stageName: '$default',
      autoDeploy: true,
      // High enough that no webhook is ever throttled, because an email that gets 429 is lost for ever.
      throttle: { rateLimit: 2000, burstLimit: 4000 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLogs),
        format: AccessLogFormat.custom(JSON.stringify(line)),
      },
    })
  }

  /** The URL that sandboxes call back. */
  get callback(): Binding {
    return environment('CALLBACK_URL', this.url)
  }

  get url(): string {
    return this.#http.apiEndpoint
  }

  /** Requests that failed with 5xx, in a function or in API Gateway itself. */
  serverErrors(period = Duration.minutes(5)): Metric {
    return this.#http.metricServerError({ period, statistic: 'Sum' })
  }

  /** All routes, including those that are added later. */
  get routes(): Binding {
    return environment('ROUTES', Lazy.string({ produce: () => this.#keys.toSorted().join() }))
  }

  /** Adds the routes that a function declares, and HEAD for each GET. The function checks who may call them. */
  route(fn: IFunction, routes: Routes): void {
    const integration = new HttpLambdaIntegration(fn.node.id, fn)
    for (const key of Object.keys(routes)) {
      const [method, path] = key.split(' ', 2)
      if (path === undefined) {
        this.#default(integration)
        continue
      }
      this.#keys.push(key)
      const methods =
        method === 'GET' ? [HttpMethod.GET, HttpMethod.HEAD] : [httpMethod.parse(method)]
      this.#http.addRoutes({ path, methods, integration })
    }
  }

  /** Adds the route for everything else. */
  #default(integration: HttpLambdaIntegration): void {
    const route = new HttpRoute(this, 'Default', {
      httpApi: this.#http,
      routeKey: HttpRouteKey.DEFAULT,
      integration,
    })
    // An API can only have one default route, so a replacement could not be created.
    freezeLogicalId(route, 'ApiHttpDefaultRoute41824AB3')
    Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: AUTHORIZATION })
  }
}
