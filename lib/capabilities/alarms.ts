/** What an operator is told of, each alarm with what it means and what to do about it. */
import { Duration } from 'aws-cdk-lib'
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import { ownMetric } from '../kit/own-metric.ts'
import type { Api } from '../resources/api.ts'
import type { Queues } from '../resources/queues.ts'

export interface AlarmsProps {
  readonly topic: ITopic
  readonly api: Api
  readonly queues: Queues
  /** Those without which nothing goes on; at most five, as an alarm watches ten metrics at most. */
  readonly critical: readonly IFunction[]
  readonly usdPerDay: number
}

interface Watch {
  readonly metric: IMetric
  /** It is at this value, or above it. */
  readonly from?: number
  /** It is above this value. */
  readonly above?: number
  /** For so many periods in a row. */
  readonly periods?: number
  readonly says: string
}

const PERIOD = Duration.minutes(5)

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
      says: 'Functions that everything depends on crash, run out of time or are throttled. Search their logs for "failed" and "Task timed out"; for throttles raise the concurrency of the account.',
    })
  }

  #messages({ queues }: AlarmsProps): void {
    this.#alarm('DeadLetters', {
      metric: queues.deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD }),
      from: 1,
      periods: 2,
      says: 'Messages that could not be appended to their session wait in the dead-letter queue. They are tried again until they expire after 14 days: find the cause in the log of append-dead-letter and put it right.',
    })
    this.#alarm('MessagesLate', {
      metric: queues.messages.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1) }),
      above: 300,
      periods: 3,
      says: 'The oldest message has waited on the queue for more than five minutes. Look for errors and throttles of dispatch-message; nothing is lost meanwhile.',
    })
  }

  #work({ usdPerDay }: AlarmsProps): void {
    this.#alarm('RunsFailed', {
      metric: ownMetric(this, 'RunsFailed', 'Sum', PERIOD),
      from: 1,
      says: 'An error has stopped a run. It is started again by itself; should it fail again, look at the failed execution of ReviewLoop for its cause, or stop the session.',
    })
    this.#alarm('SpendingHigh', {
      metric: ownMetric(this, 'SpendTodayUsd', 'Maximum', PERIOD),
      above: usdPerDay,
      says: `Models have cost more than $${usdPerDay} since midnight UTC. See which sessions spend it in GET /api/sessions and stop them, or lower the budgets; -c alarmUsdPerDay moves this limit.`,
    })
    this.#alarm('SandboxesLeaked', {
      metric: ownMetric(this, 'SandboxesLeaked', 'Sum', PERIOD),
      from: 1,
      says: 'The sweep has ended a sandbox that no session and no worker knew; until then it was paid for. Should it happen again, search the log of the sweep for "forgotten sandbox ended" and see what became of its session.',
    })
  }

  #people({ queues }: AlarmsProps): void {
    this.#alarm('FailedDeliveries', {
      metric: queues.failures.metricApproximateNumberOfMessagesVisible({ period: PERIOD }),
      from: 1,
      says: 'Replies that could not be delivered, or work that could not be ended, were tried for hours and are tried no more. Find the cause in the logs of deliver-message and end-work, put it right, and redrive the queue.',
    })
    this.#alarm('DeliveriesLate', {
      metric: queues.deliveries.metricApproximateAgeOfOldestMessage({ period: PERIOD }),
      above: 1800,
      says: 'A reply by SMS or email has waited for more than half an hour, and the later ones of its session wait behind it. The history entry says why, under deliveries: often a secret that is not set, or a provider that is down.',
    })
    this.#alarm('DeliveriesRefused', {
      metric: ownMetric(this, 'DeliveriesRefused', 'Sum', PERIOD),
      from: 1,
      says: 'A provider has refused an SMS or an email for good, or somebody was to be written to who is not on the list. The history entry says which, under deliveries.',
    })
    this.#alarm('DeliveriesUncertain', {
      metric: ownMetric(this, 'DeliveriesUncertain', 'Sum', PERIOD),
      from: 1,
      says: 'SendGrid did not answer whether it took an email, so it was not sent again. Look the email up in its activity feed; the history entry has "in doubt" under deliveries.',
    })
    this.#alarm('MessagesQuarantined', {
      metric: ownMetric(this, 'Quarantined', 'Sum', PERIOD),
      from: 1,
      says: 'A signed SMS or email could not be read and lies in the bucket under quarantine/. Its sender was told nothing: the line "quarantined" in the log says why, answer by hand.',
    })
    this.#alarm('EmailsTooLarge', {
      metric: ownMetric(this, 'EmailsTooLarge', 'Sum', PERIOD),
      from: 1,
      says: 'An email of more than about 4.5 MB was refused by API Gateway and is lost: SendGrid does not try again, and its sender is told nothing. Say to people that files go by link.',
    })
  }

  #gateway({ api }: AlarmsProps): void {
    this.#alarm('ModelGatewayRefusals', {
      metric: ownMetric(this, 'ModelGatewayRefusals', 'Sum', PERIOD),
      from: 20,
      says: 'The model gateway refuses many requests: budgets are used up, or somebody tries keys that are dead. The lines "refused" in the log of model-gateway say which.',
    })
    this.#alarm('ApiGatewayErrors', {
      metric: ownMetric(this, 'ApiGatewayErrors', 'Sum', PERIOD),
      from: 1,
      says: 'API Gateway could not reach a function or got no answer in time, so that no log of a function tells of it. See integrationError in the access log.',
    })
    this.#alarm('ApiErrors', {
      metric: api.serverErrors(PERIOD),
      from: 5,
      says: 'Requests of the API are answered 5xx; callers are told to try again. Search the logs of the functions for "failed", and the access log for the routes.',
    })
  }

  #alarm(id: string, { metric, from, above, periods = 1, says }: Watch): void {
    const alarm = new Alarm(this, id, {
      alarmDescription: says,
      metric,
      threshold: above ?? from ?? 1,
      comparisonOperator:
        above === undefined
          ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
          : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      // Zeros are not published: where nothing is measured nothing is wrong.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
    alarm.addAlarmAction(new SnsAction(this.#topic))
  }
}

/** Errors and throttles of all of them, as one number. */
function troubles(functions: readonly IFunction[]): MathExpression {
  const metrics = functions.flatMap((fn) => [
    fn.metricErrors({ period: PERIOD }),
    fn.metricThrottles({ period: PERIOD }),
  ])
  const named = metrics.map((metric, index) => [`m${index}`, metric] as const)
  return new MathExpression({
    label: 'Errors and throttles',
    expression: 'SUM(METRICS())',
    usingMetrics: Object.fromEntries(named),
    period: PERIOD,
  })
}
