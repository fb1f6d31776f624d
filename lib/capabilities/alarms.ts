/** The alarms. Each description says what it means and what to do about it. */
import { Duration } from 'aws-cdk-lib'
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import { customMetric } from '../kit/custom-metric.ts'
import type { Api } from '../resources/api.ts'
import type { Queues } from '../resources/queues.ts'

export interface AlarmsProps {
  readonly topic: ITopic
  readonly api: Api
  readonly queues: Queues
  /** The functions without which nothing works. At most nine, because an alarm watches at most ten metrics. */
  readonly critical: readonly IFunction[]
  readonly usdPerDay: number
}

interface Watch {
  readonly metric: IMetric
  /** Raise the alarm at this value or above. */
  readonly from?: number
  /** Raise the alarm above this value. */
  readonly above?: number
  /** For this many periods in a row. */
  readonly periods?: number
  readonly description: string
}

const PERIOD = Duration.minutes(5)
/** For what an operator should know at once. */
const MINUTE = Duration.minutes(1)

export class Alarms extends Construct {
  readonly #topic: ITopic

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id)
    this.#topic = props.topic
    this.#messages(props)
    this.#work(props)
    this.#people(props)
    this.#gateway(props)
    this.#alarm('FunctionErrors', {
      metric: troubles(props.critical),
      from: 3,
      description:
        'Functions that everything depends on crash or time out, or functions of this account are throttled. Search the logs for "failed" and "Task timed out". If functions are throttled, raise the concurrency limit of the account.',
    })
  }

  #messages({ queues }: AlarmsProps): void {
    this.#alarm('DeadLetters', {
      metric: queues.deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD }),
      from: 1,
      periods: 2,
      description:
        'Messages that could not be appended to their session wait in the dead-letter queue. They are tried again until they expire after 14 days. Find the cause in the log of recovery and fix it.',
    })
    this.#alarm('MessagesLate', {
      metric: queues.messages.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1) }),
      above: 300,
      periods: 3,
      description:
        'The oldest message has waited on the queue for more than five minutes. Look for errors and throttles of dispatch-message. Nothing is lost in the meantime.',
    })
  }

  #work({ usdPerDay }: AlarmsProps): void {
    this.#alarm('RunsFailed', {
      metric: customMetric(this, 'RunsFailed', 'Sum', PERIOD),
      from: 1,
      description:
        'A run has stopped with an error. Baton restarts it automatically. If it fails again, look for the cause in the failed execution of ReviewLoop, or stop the session.',
    })
    this.#alarm('SpendingHigh', {
      metric: customMetric(this, 'SpendTodayUsd', 'Maximum', PERIOD),
      above: usdPerDay,
      description: `Models have cost more than $${usdPerDay} since midnight UTC. Find the sessions that spend it with GET /api/sessions and stop them, or lower the budgets. -c alarmUsdPerDay changes this limit.`,
    })
    this.#alarm('SandboxesLeaked', {
      metric: customMetric(this, 'SandboxesLeaked', 'Sum', PERIOD),
      from: 1,
      description:
        'The sweep has ended a sandbox that no session or worker owned. It cost money until then. If this happens again, search the log of recovery for "leaked sandbox ended" and find out what happened to its session.',
    })
  }

  #people({ queues }: AlarmsProps): void {
    this.#alarm('FailedDeliveries', {
      metric: queues.failures.metricApproximateNumberOfMessagesVisible({ period: PERIOD }),
      from: 1,
      description:
        'Replies that could not be delivered, or work that could not be ended, were given up after hours of attempts. Find the cause in the logs of deliver-message and session-control, fix it, and put them back with baton redrive.',
    })
    this.#alarm('DeliveriesLate', {
      metric: queues.deliveries.metricApproximateAgeOfOldestMessage({ period: PERIOD }),
      above: 1800,
      description:
        'A reply by SMS or email has waited for more than half an hour, and later replies of its session wait behind it. The history entry says why, under deliveries. Often a secret is not set or a provider is down.',
    })
    this.#alarm('DeliveriesRefused', {
      metric: customMetric(this, 'DeliveriesRefused', 'Sum', PERIOD),
      from: 1,
      description:
        'A provider has refused an SMS or an email for good, or its recipient is not on the list of allowed people. The history entry says which, under deliveries.',
    })
    this.#alarm('DeliveriesUndelivered', {
      metric: customMetric(this, 'DeliveriesUndelivered', 'Sum', PERIOD),
      from: 1,
      description:
        "Twilio accepted an SMS and could not deliver it. The history entry has Twilio's error code, under deliveries. With 30034 the number is not registered for A2P messages to the United States (10DLC), so nobody there gets any SMS: register it at Twilio. Baton sends a reply by email instead if it knows an email address of the person.",
    })
    this.#alarm('DeliveriesInDoubt', {
      metric: customMetric(this, 'DeliveriesInDoubt', 'Sum', PERIOD),
      from: 1,
      description:
        'SendGrid did not confirm that it accepted an email, so the email was not sent again. Look for it in SendGrid\'s activity feed. The history entry has "in doubt" under deliveries.',
    })
    this.#alarm('MessagesQuarantined', {
      metric: customMetric(this, 'Quarantined', 'Sum', PERIOD),
      from: 1,
      description:
        'A signed SMS or email could not be parsed and is in the bucket under quarantine/. Its sender got no answer, so answer by hand. The line "quarantined" in the log says why.',
    })
    this.#alarm('EmailsTooLarge', {
      metric: customMetric(this, 'EmailsTooLarge', 'Sum', PERIOD),
      from: 1,
      description:
        'API Gateway refused an email of more than about 4.5 MB. It is lost, because SendGrid does not try again, and its sender got no answer. Ask people to send links instead of large files.',
    })
  }

  #gateway({ api }: AlarmsProps): void {
    this.#alarm('ModelGatewayRefusals', {
      metric: customMetric(this, 'ModelGatewayRefusals', 'Sum', PERIOD),
      from: 20,
      description:
        'The model gateway refuses many requests, because budgets are used up or keys are invalid. The lines "refused" in the log of model-gateway say which.',
    })
    this.#alarm('ModelRefusals', {
      metric: customMetric(this, 'ModelRefusals', 'Sum', MINUTE),
      from: 1,
      description:
        'The model\'s API refuses requests for good, so no message is answered. The line "the model failed" in the log of model-gateway says why. kind key or permission: set a valid key in the secret anthropic-api-key. kind credit or limit: add credit or raise the limit in Anthropic\'s console. kind model: correct the setting -c model.',
    })
    this.#alarm('ModelFailures', {
      metric: customMetric(this, 'ModelFailures', 'Sum', MINUTE),
      from: 1,
      description:
        'The model\'s API does not answer: it is overloaded, down, or cannot be reached. Baton tries each job for about two minutes, then tells the person. See status.anthropic.com, and the lines "the model failed" in the log of model-gateway.',
    })
    this.#alarm('ApiGatewayErrors', {
      metric: customMetric(this, 'ApiGatewayErrors', 'Sum', PERIOD),
      from: 1,
      description:
        'API Gateway could not reach a function or got no response in time, so the functions have no logs of these requests. See integrationError in the access log.',
    })
    this.#alarm('ApiErrors', {
      metric: api.serverErrors(PERIOD),
      from: 5,
      description:
        'API requests fail with 5xx, and callers are asked to try again. Search the logs of the functions for "failed", and the access log for the routes.',
    })
  }

  #alarm(id: string, { metric, from, above, periods = 1, description }: Watch): void {
    const alarm = new Alarm(this, id, {
      alarmDescription: description,
      metric,
      threshold: above ?? from ?? 1,
      comparisonOperator:
        above === undefined
          ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
          : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      // Zeros are not published, so missing data means that nothing is wrong.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
    alarm.addAlarmAction(new SnsAction(this.#topic))
  }
}

/**
 * Returns the sum of these functions' errors and of all throttles in the account and region. Functions share the
 * account's limit, so one metric tells of throttles as well as one for each function, and each metric costs.
 */
function troubles(functions: readonly IFunction[]): MathExpression {
  const metrics = [
    ...functions.map((fn) => fn.metricErrors({ period: PERIOD })),
    new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Throttles',
      statistic: 'Sum',
      period: PERIOD,
    }),
  ]
  const named = metrics.map((metric, index) => [`m${index}`, metric] as const)
  return new MathExpression({
    label: 'Errors of functions, and throttles of the account',
    expression: 'SUM(METRICS())',
    usingMetrics: Object.fromEntries(named),
    period: PERIOD,
  })
}
