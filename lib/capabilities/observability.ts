/** The alarms, the topic that they notify, and a dashboard in CloudWatch's console if the operator wants one. */
import { Aws, Stack, Validations } from 'aws-cdk-lib'
import { Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import { DIMENSION, type MetricName, NAMESPACE } from '../../src/core/metrics.ts'
import { customMetric } from '../kit/custom-metric.ts'
import type { ServiceFunction } from '../kit/service-function.ts'
import type { Api } from '../resources/api.ts'
import type { Resources } from '../resources/index.ts'
import type { Queues } from '../resources/queues.ts'
import type { Config } from '../settings/schema.ts'
import { Alarms } from './alarms.ts'
import type { Machines } from './machines.ts'

export interface Watched {
  readonly machines: Machines
  /** At most nine, because an alarm watches at most ten metrics. */
  readonly critical: readonly ServiceFunction[]
}

/** A dashboard has 24 columns, which the widgets of a row share. */
const COLUMNS = 24

export class Observability extends Construct {
  constructor(scope: Construct, id: string, { api, queues, config }: Resources, watched: Watched) {
    super(scope, id)
    const { critical } = watched
    this.#filter(api, 'ApiGatewayErrors', '$.integrationError = "*" && $.integrationError != "-"')
    // The access log has no route for requests above 10 MB. Between Lambda's 6 MB and that it may have one. Its fields are
    // texts, and a text never equals a number.
    this.#filter(
      api,
      'EmailsTooLarge',
      '$.status = "413" && ($.route = "POST /api/webhooks/email" || $.route = "-")',
    )
    new Alarms(this, 'Alarms', {
      topic: this.#topic(config),
      api,
      queues,
      critical,
      usdPerDay: config.alarmUsdPerDay,
    })
    if (config.consoleDashboard) this.#dashboard(api, queues, watched)
  }

  #dashboard(api: Api, queues: Queues, watched: Watched): void {
    new Dashboard(this, 'Dashboard', {
      // Dashboard names are global, so the name includes the region, in case the same stack exists elsewhere.
      dashboardName: `${Stack.of(this).stackName}-${Aws.REGION}`,
      widgets: [
        this.#messages(queues),
        this.#work(watched),
        this.#spend(),
        this.#errors(api, watched.critical),
      ],
    })
  }

  #topic({ alarmEmail }: Config): Topic {
    const topic = new Topic(this, 'AlarmTopic', { enforceSSL: true })
    // enforceSSL replaces the default policy, which allowed the account's alarms to publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    )
    if (alarmEmail === undefined) return topic
    Validations.of(topic.addSubscription(new EmailSubscription(alarmEmail))).acknowledge({
      id: 'Serverless-SNSRedrivePolicy',
      reason: 'Losing an email is harmless, because CloudWatch still shows the alarm.',
    })
    return topic
  }

  /** Counts lines of the access log. API Gateway writes `-` for a missing value. */
  #filter(api: Api, name: MetricName, condition: string): void {
    new MetricFilter(this, name, {
      logGroup: api.accessLogs,
      filterPattern: FilterPattern.literal(`{ ${condition} }`),
      metricNamespace: NAMESPACE,
      metricName: name,
      metricValue: '1',
      dimensions: { [DIMENSION]: `$.${DIMENSION}` },
    })
  }

  #messages({ messages, deadLetters, failures }: Queues) {
    return row(
      graph('Messages today', this.#today('MessagesInToday', 'MessagesOutToday')),
      graph('Messages on the queues', [
        messages.metricApproximateNumberOfMessagesVisible(),
        deadLetters.metricApproximateNumberOfMessagesVisible(),
        failures.metricApproximateNumberOfMessagesVisible(),
        this.#sum('DeadLetters'),
      ]),
      graph('Age of the oldest message', [messages.metricApproximateAgeOfOldestMessage()]),
    )
  }

  #work({ machines: { reviewLoop, workerLeg } }: Watched) {
    return row(
      graph('Runs', executions(reviewLoop.machine)),
      graph('Legs', executions(workerLeg.machine)),
      graph('Workers', this.#today('LiveWorkers', 'WorkersToday', 'TurnsToday')),
    )
  }

  #spend() {
    return row(
      graph('Dollars today', this.#today('SpendTodayUsd')),
      graph('Tokens today', this.#today('TokensToday')),
    )
  }

  #errors(api: Api, critical: readonly ServiceFunction[]) {
    return row(
      graph('Failures', [
        this.#sum('RunsFailed'),
        this.#sum('SandboxesLeaked'),
        this.#sum('ApiGatewayErrors'),
        this.#sum('EmailsTooLarge'),
        api.serverErrors(),
      ]),
      graph('Refusals', [
        this.#sum('ModelGatewayRefusals'),
        this.#sum('ModelRefusals'),
        this.#sum('ModelFailures'),
        this.#sum('RequestsRefused'),
        this.#sum('DeliveriesRefused'),
        this.#sum('DeliveriesUndelivered'),
        this.#sum('DeliveriesInDoubt'),
        this.#sum('Quarantined'),
      ]),
      graph(
        'Errors and throttles of functions',
        critical.flatMap((fn) => [
          fn.metricErrors({ label: `${fn.service} errors` }),
          fn.metricThrottles({ label: `${fn.service} throttles` }),
        ]),
      ),
    )
  }

  #today(...names: readonly MetricName[]): IMetric[] {
    return names.map((name) => customMetric(this, name, 'Maximum'))
  }

  #sum(name: MetricName): IMetric {
    return customMetric(this, name, 'Sum')
  }
}

const executions = (machine: StateMachine): IMetric[] => [
  machine.metricStarted(),
  machine.metricSucceeded(),
  machine.metricFailed(),
  machine.metricAborted(),
  machine.metricTimedOut(),
]

const graph = (title: string, left: readonly IMetric[]) => ({ title, left: [...left] })

const row = (...graphs: readonly ReturnType<typeof graph>[]) =>
  graphs.map((each) => new GraphWidget({ ...each, width: COLUMNS / graphs.length, height: 6 }))
