/** What is seen of a deployment from outside: the dashboard, the alarms, and the topic that they tell. */
import { Aws, Stack, Validations } from 'aws-cdk-lib'
import { Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import { DIMENSION, type MetricName, NAMESPACE } from '../../src/core/metrics.ts'
import { ownMetric } from '../kit/own-metric.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import type { Api } from '../resources/api.ts'
import type { Config } from '../resources/config.ts'
import { Alarms } from './alarms.ts'
import type { Channels } from './channels.ts'
import type { Intake } from './intake.ts'

export interface ObservabilityProps {
  readonly api: Api
  readonly intake: Intake
  readonly channels: Channels
  readonly machines: { readonly reviewLoop: StateMachine; readonly workerLeg: StateMachine }
  readonly config: Pick<Config, 'alarmEmail' | 'alarmUsdPerDay'>
}

/** Without these no message comes in, no sandbox is heard and nothing is put right; the rest fails within runs. */
const CRITICAL = [
  'receive-message',
  'dispatch-message',
  'sandbox-callback',
  'model-gateway',
  'sweep',
] as const

/** Widgets of a row share the 24 columns of a dashboard. */
const COLUMNS = 24

export class Observability extends Construct {
  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id)
    const { api, intake, channels, config } = props
    this.#filter(api, 'GateErrors', '$.integrationError = "*" && $.integrationError != "-"')
    // Above 10 MB no route is known; below that and above Lambda's 6 MB it may be.
    this.#filter(
      api,
      'MailsTooLarge',
      '$.status = 413 && ($.route = "POST /api/webhooks/email" || $.route = "-")',
    )
    const critical = this.#functions(CRITICAL)
    new Alarms(this, 'Alarms', {
      topic: this.#topic(config),
      api,
      intake,
      channels,
      critical,
      usdPerDay: config.alarmUsdPerDay,
    })
    new Dashboard(this, 'Dashboard', {
      // Dashboards have no region, so that one name would be taken by the same stack elsewhere.
      dashboardName: `${Stack.of(this).stackName}-${Aws.REGION}`,
      widgets: [
        this.#messages(props),
        this.#work(props),
        this.#spend(),
        this.#errors(api, critical),
      ],
    })
  }

  #topic({ alarmEmail }: ObservabilityProps['config']): Topic {
    const topic = new Topic(this, 'AlarmTopic', { enforceSSL: true })
    // A policy of the topic's own takes the place of the default one, which let the account's alarms in.
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
      reason: 'A mail that is lost loses nothing: the alarm stays as it is, in CloudWatch.',
    })
    return topic
  }

  /** Counts lines of the access log, where `-` is how API Gateway writes that there was none. */
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

  /** Throws when there is none of a name: nothing would be watched without a word. */
  #functions(names: readonly string[]): ServiceFunction[] {
    const all = Stack.of(this)
      .node.findAll()
      .filter((each) => each instanceof ServiceFunction)
    return names.map((name) => {
      const found = all.find((each) => each.service === name)
      if (!found) throw new Error(`there is no function ${name} to watch`)
      return found
    })
  }

  #messages({ intake: { queue, deadLetters }, channels: { undone } }: ObservabilityProps) {
    return row(
      graph('Messages today', this.#today('MessagesInToday', 'MessagesOutToday')),
      graph('Messages on the queues', [
        queue.metricApproximateNumberOfMessagesVisible(),
        deadLetters.metricApproximateNumberOfMessagesVisible(),
        undone.metricApproximateNumberOfMessagesVisible(),
        this.#sum('DeadLetters'),
      ]),
      graph('Age of the oldest message', [queue.metricApproximateAgeOfOldestMessage()]),
    )
  }

  #work({ machines: { reviewLoop, workerLeg } }: ObservabilityProps) {
    return row(
      graph('Runs', executions(reviewLoop)),
      graph('Legs', executions(workerLeg)),
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
        this.#sum('GateErrors'),
        this.#sum('MailsTooLarge'),
        api.serverErrors(),
      ]),
      graph('Refusals', [
        this.#sum('GatewayRefusals'),
        this.#sum('Refused'),
        this.#sum('DeliveriesRefused'),
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
    return names.map((name) => ownMetric(this, name, 'Maximum'))
  }

  #sum(name: MetricName): IMetric {
    return ownMetric(this, name, 'Sum')
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
