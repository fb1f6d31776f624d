/** The HTTP API: where every route is added, with access logs and a problem for what is no route. */
import { Duration, Stack, Validations } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import * as z from 'zod'
import { DIMENSION } from '../../src/core/metrics.ts'
import { type Binding, environment } from '../kit/bindings.ts'
import { Log } from '../kit/log.ts'
import { ServiceFunction } from '../kit/service-function.ts'

const AUTHORIZATION =
  'Bearer tokens, signatures over the body and job tokens are checked in the functions; authorizers do not see the body.'

/** For functions whose requests may wait up to 25 seconds for something new; API Gateway gives up after 30. */
export const WAITING = Duration.seconds(29)

/** What every request leaves in the access log: never its body or credentials. */
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

export class Api extends Construct {
  readonly accessLogs: Log
  readonly #http: HttpApi

  constructor(scope: Construct, id: string) {
    super(scope, id)
    const small = { timeout: Duration.seconds(5), bindings: [], memoryMb: 256 }
    const notFound = new ServiceFunction(this, 'NotFound', { name: 'not-found', ...small })
    this.#http = new HttpApi(this, 'Http', {
      createDefaultStage: false,
      defaultIntegration: new HttpLambdaIntegration('NotFound', notFound),
    })
    Validations.of(this.#http).acknowledge({ id: 'AwsSolutions-APIG4', reason: AUTHORIZATION })
    this.accessLogs = new Log(this, 'AccessLogs')
    // A filter on the log takes a metric's dimension from the line.
    const line = { [DIMENSION]: Stack.of(this).stackName, ...ACCESS_LOG }
    new HttpStage(this, 'Stage', {
      httpApi: this.#http,
      stageName: '$default',
      autoDeploy: true,
      // High enough that no webhook ever meets it: a mail answered 429 is lost for ever.
      throttle: { rateLimit: 2000, burstLimit: 4000 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLogs),
        format: AccessLogFormat.custom(JSON.stringify(line)),
      },
    })
    const health = new ServiceFunction(this, 'Health', { name: 'check-health', ...small })
    this.route('GET /health', health)
    this.route('GET /api/monitoring/health', health)
  }

  /** The address that sandboxes call back. */
  get callback(): Binding {
    return environment('CALLBACK_URL', this.url)
  }

  get url(): string {
    return this.#http.apiEndpoint
  }

  /** Requests answered 5xx, by a function of ours or by API Gateway itself. */
  serverErrors(period = Duration.minutes(5)): Metric {
    return this.#http.metricServerError({ period, statistic: 'Sum' })
  }

  /** Adds a route such as `POST /api/webhooks/sms`; who may use it is checked by the function. */
  route(key: `${HttpMethod} /${string}`, fn: IFunction): void {
    const [method, path = '/'] = key.split(' ', 2)
    this.#http.addRoutes({
      path,
      methods: [z.enum(HttpMethod).parse(method)],
      integration: new HttpLambdaIntegration(fn.node.id, fn),
    })
  }
}
