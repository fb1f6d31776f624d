/** The monthly cost of a deployment without messages, counted from its template. */
import * as z from 'zod'
import type { Template } from '../../packages/local-aws/src/template.ts'
import { functionsOf, queueConsumers, resourcesOf, schedulesOf } from '../observe/deployed.ts'
import { PRICES, type Region } from '../prices.ts'

export interface CostItem {
  readonly name: string
  readonly count: number
  readonly dollars: number
}

const MINUTES_A_MONTH = 60 * 24 * 30

/**
 * Lambda polls a queue with this many connections, each for 20 seconds ("Amazon SQS event sources", Lambda
 * developer guide).
 */
const POLLERS = 5
const POLLS_A_MINUTE = 3

/** Assumed duration and memory of a scheduled function that has nothing to do. */
const SCHEDULED_SECONDS = 0.3

const metric = z.object({ Namespace: z.string().optional(), MetricName: z.string().optional() })
const metricQuery = z.object({
  MetricStat: z.object({ Metric: metric }).optional(),
})
const alarm = metric.extend({ Metrics: z.array(metricQuery).default([]) })
const dashboard = z.object({
  DashboardBody: z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }),
})
const filter = z.object({ MetricTransformations: z.array(z.object({ MetricName: z.string() })) })

/** Returns the costs, highest first. */
export function monthly(template: Template, region: Region): CostItem[] {
  const prices = PRICES[region]
  const costItem = (name: string, count: number, price: number): CostItem => ({
    name,
    count,
    dollars: count * price,
  })
  const count = (type: string) => resourcesOf(template, type, z.unknown()).length
  const polls = POLLERS * POLLS_A_MINUTE * MINUTES_A_MONTH
  const runs = schedulesOf(template).map(({ expression, functionId }) => {
    const memoryMb = functionsOf(template).find((each) => each.logicalId === functionId)?.memoryMb
    const times = MINUTES_A_MONTH / minutesBetween(expression)
    const gbSeconds = ((memoryMb ?? 0) / 1024) * SCHEDULED_SECONDS
    return { times, dollars: times * (prices.invocation + gbSeconds * prices.gbSecond) }
  })
  return [
    costItem('secrets', count('AWS::SecretsManager::Secret'), prices.secret),
    costItem('metrics that alarms watch', alarmMetrics(template), prices.alarmMetric),
    costItem('dashboards', count('AWS::CloudWatch::Dashboard'), prices.dashboard),
    costItem(
      'queues that Lambda polls',
      queueConsumers(template).length,
      polls * prices.queueRequest,
    ),
    {
      name: 'scheduled invocations',
      count: runs.reduce((total, { times }) => total + times, 0),
      dollars: runs.reduce((total, { dollars }) => total + dollars, 0),
    },
  ].sort((a, b) => b.dollars - a.dollars)
}

/** An alarm on an expression is charged for each metric in it. */
const alarmMetrics = (template: Template): number =>
  resourcesOf(template, 'AWS::CloudWatch::Alarm', alarm).reduce(
    (total, [, { Metrics }]) =>
      total + Math.max(1, Metrics.filter(({ MetricStat }) => MetricStat !== undefined).length),
    0,
  )

/** Parses `rate(2 minutes)`. Throws for any other schedule, which the benchmark must learn first. */
export function minutesBetween(expression: string): number {
  const { count, unit } =
    /^rate\((?<count>\d+) (?<unit>minute|hour|day)s?\)$/.exec(expression)?.groups ?? {}
  const minutes = { minute: 1, hour: 60, day: 24 * 60 }[unit ?? '']
  if (minutes === undefined) throw new Error(`${expression} is no rate`)
  return Number(count) * minutes
}

/** Returns the names of custom metrics in the template; each is charged for the hours in which it is published. */
export function customMetrics(template: Template): ReadonlySet<string> {
  const isOurs = ({ Namespace }: z.infer<typeof metric>) =>
    Namespace !== undefined && !Namespace.startsWith('AWS/')
  const watched = resourcesOf(template, 'AWS::CloudWatch::Alarm', alarm).flatMap(
    ([, { Metrics, ...own }]) => [
      own,
      ...Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []),
    ],
  )
  const counted = resourcesOf(template, 'AWS::Logs::MetricFilter', filter).flatMap(
    ([, { MetricTransformations }]) => MetricTransformations.map(({ MetricName }) => MetricName),
  )
  const names = watched.filter(isOurs).map(({ MetricName }) => MetricName ?? '')
  return new Set([...names, ...counted, ...shownMetrics(template)])
}

/** Dashboards contain their metrics as text: `["Baton","RunsFailed",…]`. */
const shownMetrics = (template: Template): string[] =>
  resourcesOf(template, 'AWS::CloudWatch::Dashboard', dashboard)
    .map(([, { DashboardBody }]) => DashboardBody['Fn::Join'][1])
    .flatMap((parts) => [
      ...parts
        .filter((part) => typeof part === 'string')
        .join('')
        .matchAll(/\["(?!AWS\/)[^"]+","(?<name>[^"]+)"/g),
    ])
    .map(({ groups }) => groups?.name ?? '')
