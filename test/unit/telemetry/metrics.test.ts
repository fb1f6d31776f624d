/** Metrics are log lines in CloudWatch's format: exact values under the deployment's name, and none for zero. */
import { expect, test } from 'vitest'
import { failRunTask as failRun } from '../../../lambdas/review-loop/fail-run.ts'
import { publish } from '../../../src/adapters/metrics.ts'
import { METRICS, type Measured, measuredToday } from '../../../src/core/metrics.ts'
import { http } from '../../../src/http/http.ts'
import { Problem, type ProblemStatus } from '../../../src/http/problem.ts'
import { call } from '../http/call.ts'
import { setDeployment } from '../http/deployment.ts'

const deployment = setDeployment()

const lines = () => deployment.log.map((line) => JSON.parse(line))
const published = () => lines().filter((line) => '_aws' in line)

/** What CloudWatch extracts from the lines. */
const values = () =>
  published().map((line) =>
    Object.fromEntries(
      line._aws.CloudWatchMetrics[0].Metrics.map(({ Name }: { Name: string }) => [
        Name,
        line[Name],
      ]),
    ),
  )

test('values measured together are one line', () => {
  publish({ SpendTodayUsd: 0.0421, TurnsToday: 3 })
  expect(published()).toEqual([
    {
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'Baton',
            Dimensions: [['service']],
            Metrics: [
              { Name: 'SpendTodayUsd', Unit: 'None' },
              { Name: 'TurnsToday', Unit: 'Count' },
            ],
          },
        ],
      },
      service: 'Deployment',
      SpendTodayUsd: 0.0421,
      TurnsToday: 3,
    },
  ])
})

test.each<[Measured, object[]]>([
  [{ TurnsToday: 0, LiveWorkers: 2 }, [{ LiveWorkers: 2 }]],
  [{ TurnsToday: 0, LiveWorkers: 0 }, []],
  [measuredToday({}), []],
])('zero is not published: %j', (measured, expected) => {
  publish(measured)
  expect(values()).toEqual(expected)
  expect(deployment.log).toHaveLength(expected.length)
})

test('a day has what was counted on it', () => {
  const total = {
    'in.http': 2,
    'in.sms': 3,
    'out.http': 4,
    turns: 5,
    workers: 6,
    'tokens.input': 10,
    'tokens.output': 20,
    'tokens.cacheRead': 40,
    'tokens.cacheWrite': 80,
    nanoUsd: 1_500_000_000,
  }
  expect(measuredToday(total)).toEqual({
    SpendTodayUsd: 1.5,
    MessagesInToday: 5,
    MessagesOutToday: 4,
    TurnsToday: 5,
    WorkersToday: 6,
    TokensToday: 150,
  })
})

test.each<[ProblemStatus, object[]]>([
  [401, [{ RequestsRefused: 1 }]],
  [403, [{ RequestsRefused: 1 }]],
  [404, []],
])('a %i response counts as refused, or not', async (status, expected) => {
  await call(
    http(() => Promise.reject(new Problem(status, 'No.'))),
    {},
  )
  expect(values()).toEqual(expected)
})

test('a failed run is counted, a redriven one is not', async () => {
  const failure = { Error: 'Broken', Cause: 'because' }
  await failRun({ failure, redriven: true })
  expect(values()).toEqual([])
  await expect(failRun({ failure, redriven: false })).rejects.toThrow('Broken: because')
  expect(values()).toEqual([{ RunsFailed: 1 }])
})

test('every metric has a useful description', () => {
  for (const { meaning } of Object.values(METRICS)) expect(meaning).toMatch(/^[A-Z].{20,}\.$/)
})
