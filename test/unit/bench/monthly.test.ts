/** The monthly cost of a template without messages. */
import { expect, test } from 'vitest'
import { customMetrics, minutesBetween, monthly } from '../../../bench/idle/monthly.ts'
import type { Template } from '../../../packages/local-aws/src/template.ts'

const resource = (Type: string, Properties: Record<string, unknown> = {}) => ({
  Type,
  Properties,
  Metadata: {},
})
const watched = (Namespace: string, MetricName: string) => ({
  MetricStat: { Metric: { Namespace, MetricName } },
})

const template: Pick<Template, 'Resources'> = {
  Resources: {
    One: resource('AWS::SecretsManager::Secret'),
    Other: resource('AWS::SecretsManager::Secret'),
    Single: resource('AWS::CloudWatch::Alarm', { Namespace: 'Baton', MetricName: 'RunsFailed' }),
    Several: resource('AWS::CloudWatch::Alarm', {
      Metrics: [
        { Expression: 'SUM(METRICS())' },
        watched('AWS/Lambda', 'Errors'),
        watched('Baton', 'RequestsRefused'),
      ],
    }),
    Board: resource('AWS::CloudWatch::Dashboard', {
      DashboardBody: {
        'Fn::Join': [
          '',
          [
            '{"metrics":[["AWS/SQS","Age","QueueName","',
            { Ref: 'Queue' },
            '"],["Baton","TokensToday","service","Baton"]]}',
          ],
        ],
      },
    }),
    Counted: resource('AWS::Logs::MetricFilter', {
      MetricTransformations: [{ MetricName: 'ApiGatewayErrors' }],
    }),
    Polled: resource('AWS::Lambda::EventSourceMapping', { FunctionName: { Ref: 'Sweep' } }),
    Sweep: resource('AWS::Lambda::Function', {
      Code: { S3Key: 'hash.zip' },
      MemorySize: 1024,
      Environment: { Variables: { POWERTOOLS_SERVICE_NAME: 'sweep' } },
    }),
    EveryHour: resource('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 hour)',
      Targets: [{ Arn: { 'Fn::GetAtt': ['Sweep', 'Arn'] } }],
    }),
    WhenItFails: resource('AWS::Events::Rule', {
      EventPattern: {},
      Targets: [{ Arn: { 'Fn::GetAtt': ['Sweep', 'Arn'] } }],
    }),
  },
}

test('secrets, alarm metrics, dashboards, polls and schedules are counted at their price', () => {
  const items = monthly(template as Template, 'us-east-1')
  const byName = new Map(items.map(({ name, ...rest }) => [name, rest]))
  expect(byName.get('secrets')).toEqual({ count: 2, dollars: 0.8 })
  expect(byName.get('metrics that alarms watch')?.count).toBe(3)
  expect(byName.get('metrics that alarms watch')?.dollars).toBeCloseTo(0.3, 9)
  expect(byName.get('dashboards')).toEqual({ count: 1, dollars: 3 })
  expect(byName.get('queues that Lambda polls')?.dollars).toBeCloseTo(0.324, 9)
  const runs = byName.get('scheduled invocations')
  expect(runs?.count).toBe(720)
  expect(runs?.dollars).toBeCloseTo(720 * (0.2e-6 + 0.3 * 13.3334e-6), 9)
  expect(items.map(({ dollars }) => dollars)).toEqual(
    items.map(({ dollars }) => dollars).toSorted((a, b) => b - a),
  )
})

test('custom metrics are found in alarms, dashboards and filters, and metrics of AWS are not counted', () => {
  expect([...customMetrics(template as Template)].sort()).toEqual([
    'ApiGatewayErrors',
    'RequestsRefused',
    'RunsFailed',
    'TokensToday',
  ])
})

test.each([
  ['rate(2 minutes)', 2],
  ['rate(1 hour)', 60],
  ['rate(3 days)', 4320],
])('%s means every %d minutes', (expression, minutes) => {
  expect(minutesBetween(expression)).toBe(minutes)
})

test('an unsupported schedule is an error, not a guess', () => {
  expect(() => minutesBetween('cron(0 12 * * ? *)')).toThrow('is no rate')
})
