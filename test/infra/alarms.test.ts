/**
 * Alarms and the console's dashboard: every alarm notifies the topic, says what to do, and watches a metric that is
 * published.
 */
import { expect, test } from 'vitest'
import * as z from 'zod'
import { METRICS } from '../../src/core/metrics.ts'
import { runApp } from './support/app.ts'
import { idIn, propertiesOf, resources, templateWith } from './support/template.ts'

const dimensions = z.array(z.object({ Name: z.string(), Value: z.string() })).default([])
const metric = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: dimensions,
})
const alarm = z.object({
  AlarmDescription: z.string(),
  AlarmActions: z.array(z.string()).default([]),
  TreatMissingData: z.string(),
  Threshold: z.number(),
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: dimensions,
  Metrics: z.array(z.object({ MetricStat: z.object({ Metric: metric }).optional() })).default([]),
})
type Watched = z.infer<typeof metric>

const alarms = propertiesOf('AWS::CloudWatch::Alarm', alarm)
const topics = propertiesOf('AWS::SNS::Topic', z.object({})).map(([id]) => id)

const watchedBy = ({ Metrics, ...own }: z.infer<typeof alarm>): Watched[] => [
  ...(own.MetricName === undefined ? [] : [metric.parse(own)]),
  ...Metrics.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : [])),
]

const body = z.object({
  widgets: z.array(
    z.object({
      y: z.number(),
      properties: z.object({ title: z.string(), metrics: z.array(z.array(z.unknown())) }),
    }),
  ),
})
const wanted = templateWith({ consoleDashboard: 'true' })
const [dashboard] = Object.values(wanted).filter(
  ({ Type }) => Type === 'AWS::CloudWatch::Dashboard',
)
const { DashboardBody } = z.object({ DashboardBody: z.string() }).parse(dashboard?.Properties)
const { widgets } = body.parse(JSON.parse(DashboardBody))

/** A line of a graph is a list: namespace, name, names and values of dimensions, options. */
const shown = widgets.flatMap(({ properties }) =>
  properties.metrics.map(([Namespace, MetricName, Name, Value]) =>
    metric.parse({ Namespace, MetricName, Dimensions: [{ Name, Value }] }),
  ),
)

test.each(alarms)('%s notifies the topic, which is the only one', (_, { AlarmActions }) => {
  expect(topics).toHaveLength(1)
  expect(AlarmActions.map(idIn)).toEqual(topics)
})

test.each(alarms)('%s describes its meaning and what to do', (_, { AlarmDescription }) => {
  expect(AlarmDescription).toMatch(/^[A-Z].{60,}\.$/)
})

test.each(alarms)('%s is quiet without data', (_, { TreatMissingData }) => {
  expect(TreatMissingData).toBe('notBreaching')
})

test.each(
  alarms,
)('%s watches at least one metric, and no more than CloudWatch allows', (_, each) => {
  expect(watchedBy(each).length).toBeGreaterThanOrEqual(1)
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
  expect(watchedBy(each).length).toBeLessThanOrEqual(10)
})

const watched = [...alarms.flatMap(([, each]) => watchedBy(each)), ...shown].filter(
  ({ Namespace }) => Namespace === 'Baton',
)

test('every metric of Baton that alarms and the dashboard show is published by this deployment', () => {
  expect(watched.filter(({ MetricName }) => !(MetricName in METRICS))).toEqual([])
  for (const { Dimensions } of watched)
    expect(Dimensions).toEqual([{ Name: 'service', Value: 'Baton' }])
})

test('the dashboard shows every metric of Baton, in four rows', () => {
  const names = shown
    .filter(({ Namespace }) => Namespace === 'Baton')
    .map((each) => each.MetricName)
  expect([...new Set(names)].sort()).toEqual(Object.keys(METRICS).sort())
  expect(new Set(widgets.map(({ y }) => y)).size).toBe(4)
})

test('it shows both state machines, the queue, and the queues of failed messages', () => {
  const named = (namespace: string) =>
    shown
      .filter(({ Namespace }) => Namespace === namespace)
      .flatMap(({ Dimensions }) => Dimensions.map(({ Value }) => Value))
  expect(new Set(named('AWS/States')).size).toBe(2)
  expect(new Set(named('AWS/SQS')).size).toBe(3)
})

test('there is no dashboard in the console unless the operator wants one, because it costs', () => {
  const types = Object.values(resources).map(({ Type }) => Type)
  expect(types).not.toContain('AWS::CloudWatch::Dashboard')
})

test('what functions share is watched once, because each metric costs', () => {
  const [, each] = alarms.find(([id]) => id.includes('FunctionErrors')) ?? []
  const named = watchedBy(alarm.parse(each)).map(({ MetricName, Dimensions }) => [
    MetricName,
    Dimensions.length,
  ])
  expect(named).toEqual([...Array(5).fill(['Errors', 1]), ['Throttles', 0]])
})

const fn = z.object({ Environment: z.object({ Variables: z.record(z.string(), z.string()) }) })

test('every function publishes under the watched name', () => {
  for (const [, { Environment }] of propertiesOf('AWS::Lambda::Function', fn))
    expect(Environment.Variables.METRICS_SERVICE).toBe('Baton')
})

const filter = z.object({
  FilterPattern: z.string(),
  LogGroupName: z.string(),
  MetricTransformations: z.array(
    z.object({
      MetricNamespace: z.string(),
      MetricName: z.string(),
      Dimensions: z.array(z.object({ Key: z.string(), Value: z.string() })),
    }),
  ),
})
const stage = z.object({
  AccessLogSettings: z.object({ Format: z.string(), DestinationArn: z.string() }),
})

const PATTERNS = {
  ApiGatewayErrors: '{ $.integrationError = "*" && $.integrationError != "-" }',
  EmailsTooLarge: '{ $.status = "413" && ($.route = "POST /api/webhooks/email" || $.route = "-") }',
}

test.each(
  Object.entries(PATTERNS),
)('%s counts fields that the access log contains', (name, pattern) => {
  const filters = propertiesOf('AWS::Logs::MetricFilter', filter).map(([, each]) => each)
  const { FilterPattern, LogGroupName, MetricTransformations } = filter.parse(
    filters.find(({ MetricTransformations: [first] }) => first?.MetricName === name),
  )
  const [[, { AccessLogSettings }] = ['', stage.parse({})]] = propertiesOf(
    'AWS::ApiGatewayV2::Stage',
    stage,
  )
  expect(FilterPattern).toBe(pattern)
  expect(AccessLogSettings.DestinationArn).toContain(idIn(LogGroupName))
  expect(JSON.parse(AccessLogSettings.Format)).toMatchObject({
    service: 'Baton',
    integrationError: '$context.integrationErrorMessage',
    route: '$context.routeKey',
    status: '$context.status',
  })
  expect(MetricTransformations).toEqual([
    {
      MetricNamespace: 'Baton',
      MetricName: name,
      Dimensions: [{ Key: 'service', Value: '$.service' }],
    },
  ])
})

test('filters compare each field of the access log with a value of its type', () => {
  const [[, { AccessLogSettings }] = ['', stage.parse({})]] = propertiesOf(
    'AWS::ApiGatewayV2::Stage',
    stage,
  )
  const line: Record<string, unknown> = JSON.parse(AccessLogSettings.Format)
  const compared = propertiesOf('AWS::Logs::MetricFilter', filter).flatMap(
    ([, { FilterPattern }]) =>
      [...FilterPattern.matchAll(/\$\.(\w+) !?= (\S)/g)].map(([, field = '', first]) => [
        field,
        first === '"' ? 'string' : 'number',
      ]),
  )
  expect(compared.length).toBeGreaterThan(4)
  for (const [field = '', type] of compared)
    expect([field, typeof line[field]]).toEqual([field, type])
})

const policy = z.object({
  Topics: z.array(z.string()),
  PolicyDocument: z.object({ Statement: z.array(z.unknown()) }),
})

test('alarms of this account may publish to the topic, over TLS only', () => {
  const [[, { Topics, PolicyDocument }] = ['', policy.parse({})]] = propertiesOf(
    'AWS::SNS::TopicPolicy',
    policy,
  )
  expect(Topics.map(idIn)).toEqual(topics)
  expect(PolicyDocument.Statement).toEqual([
    expect.objectContaining({
      Effect: 'Deny',
      Action: 'sns:Publish',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    }),
    expect.objectContaining({
      Effect: 'Allow',
      Action: 'sns:Publish',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
    }),
  ])
})

test('nobody is subscribed unless an address is given', () => {
  const types = Object.values(resources).map(({ Type }) => Type)
  expect(types).not.toContain('AWS::SNS::Subscription')
})

const template = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown() })),
})

test('a given address is subscribed, and the daily limit is as configured', () => {
  const {
    exitCode,
    stderr,
    template: written,
  } = runApp({
    alarmEmail: 'operator@example.com',
    alarmUsdPerDay: '7.5',
  })
  expect([exitCode, stderr]).toEqual([0, expect.any(String)])
  const all = Object.values(template.parse(written).Resources)
  expect(all.filter(({ Type }) => Type === 'AWS::SNS::Subscription')).toEqual([
    expect.objectContaining({
      Properties: expect.objectContaining({ Protocol: 'email', Endpoint: 'operator@example.com' }),
    }),
  ])
  expect(all).toContainEqual(
    expect.objectContaining({
      Properties: expect.objectContaining({ MetricName: 'SpendTodayUsd', Threshold: 7.5 }),
    }),
  )
})
