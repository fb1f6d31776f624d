/** What is parsed from logs and histories: invocations, transitions, the hops of a message. */
import { expect, test } from 'vitest'
import { hopsOf, type Moments, ownMs } from '../../../bench/hops/timeline.ts'
import { transitionsIn } from '../../../bench/observe/executions.ts'
import { gbSecondsOf, invocationsIn } from '../../../bench/observe/invocations.ts'
import { reportLine } from '../../../packages/local-aws/src/lambda-report.ts'

const report = { requestId: 'some-id', memoryMb: 512 }

test('an invocation is parsed from its REPORT line, and from no other', () => {
  const log = [
    `[Baton-Take] ${reportLine({ ...report, durationMs: 12.344, initMs: undefined })}`,
    '[Baton-Take] {"message":"REPORT RequestId: some-id"}',
    `[Baton-Read] ${reportLine({ ...report, durationMs: 100, initMs: 899.5 })}`,
    'a line of the server',
  ]
  expect(invocationsIn(log)).toEqual([
    { name: 'Baton-Take', durationMs: 12.34, billedMs: 13, memoryMb: 512, cold: false },
    { name: 'Baton-Read', durationMs: 100, billedMs: 1000, memoryMb: 512, cold: true },
  ])
  expect(gbSecondsOf(invocationsIn(log))).toBeCloseTo(0.5 * 1.013, 9)
})

const event = (type: string) => ({ type }) as Parameters<typeof transitionsIn>[0][number]

test('entering a state is a transition', () => {
  const run = [
    'ExecutionStarted',
    'TaskStateEntered',
    'LambdaFunctionScheduled',
    'LambdaFunctionSucceeded',
    'TaskStateExited',
    'ChoiceStateEntered',
    'ChoiceStateExited',
    'MapStateEntered',
    'MapIterationStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskSucceeded',
    'TaskStateExited',
    'SucceedStateEntered',
    'ExecutionSucceeded',
  ]
  expect(transitionsIn(run.map(event))).toBe(5)
})

test('a retry is another transition', () => {
  const run = [
    'TaskStateEntered',
    'LambdaFunctionScheduled',
    'LambdaFunctionFailed',
    'LambdaFunctionScheduled',
    'TaskStateExited',
  ]
  expect(transitionsIn(run.map(event))).toBe(2)
})

const moments: Moments = {
  posted: 1_000,
  accepted: 1_030,
  // Before the response was read.
  dispatched: 1_025,
  executionStarted: 1_050,
  sandboxAsked: 1_100,
  commandSent: 1_130,
  runnerStarted: 1_140,
  locked: 1_200,
  jobAsked: 1_300,
  jobFetched: 1_310,
  cliStarted: 1_330,
}

test('hops follow each other, and one that ends before it begins takes 0 ms', () => {
  expect(Object.fromEntries(hopsOf(moments))).toEqual({
    'webhook accepted': 30,
    dispatched: 0,
    'execution started': 25,
    'AskConductor, until it asks E2B': 50,
    'sandbox ready, job claimed': 30,
    'sandbox command': 10,
    "the runner's process": 60,
    'older jobs ended': 100,
    'job fetched': 10,
    'CLI started': 20,
  })
})

test("Baton's own time excludes requests to E2B and the start of the runner", () => {
  expect(ownMs(moments, 20)).toBe(1_330 - 1_030 - 20 - (1_200 - 1_130))
})
