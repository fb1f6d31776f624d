/** The history of an execution: the order, links and details of its events. */
import { expect, test } from 'vitest'
import { INVOKE, only, outcomeOf, returns, states, throws, workbench } from './workbench.ts'

const task = {
  Type: 'Task',
  Resource: INVOKE,
  Arguments: { FunctionName: 'f', Payload: '{% $states.input %}' },
}

test('a Pass with Assign', async () => {
  const { run } = workbench()
  const definition = states('P', {
    P: { Type: 'Pass', Assign: { x: 42, s: 'a' }, Output: 1, Next: 'Q' },
    Q: { Type: 'Pass', Assign: {}, End: true },
  })
  const { history } = await run(definition, { a: 1 })
  const timestamp = Date.UTC(2026, 0, 1) / 1000
  const whole = { truncated: false }
  expect(history).toEqual([
    {
      id: 1,
      previousEventId: 0,
      timestamp,
      type: 'ExecutionStarted',
      executionStartedEventDetails: {
        input: '{"a":1}',
        inputDetails: whole,
        roleArn: 'arn:aws:iam::000000000000:role/m',
      },
    },
    {
      id: 2,
      previousEventId: 0,
      timestamp,
      type: 'PassStateEntered',
      stateEnteredEventDetails: { name: 'P', input: '{"a":1}', inputDetails: whole },
    },
    {
      id: 3,
      previousEventId: 2,
      timestamp,
      type: 'PassStateExited',
      stateExitedEventDetails: {
        name: 'P',
        output: '1',
        outputDetails: whole,
        assignedVariables: { x: '42', s: '"a"' },
        assignedVariablesDetails: whole,
      },
    },
    {
      id: 4,
      previousEventId: 3,
      timestamp,
      type: 'PassStateEntered',
      stateEnteredEventDetails: { name: 'Q', input: '1', inputDetails: whole },
    },
    {
      id: 5,
      previousEventId: 4,
      timestamp,
      type: 'PassStateExited',
      stateExitedEventDetails: { name: 'Q', output: '1', outputDetails: whole },
    },
    {
      id: 6,
      previousEventId: 5,
      timestamp,
      type: 'ExecutionSucceeded',
      executionSucceededEventDetails: { output: '1', outputDetails: whole },
    },
  ])
})

test('a Task records its parameters and limits', async () => {
  const { run } = workbench({ lambda: async () => returns(1) })
  const { history } = await run(
    only({ ...task, TimeoutSeconds: 9, HeartbeatSeconds: '{% 4 %}' }),
    5,
  )
  const kind = { resource: 'invoke', resourceType: 'lambda' }
  expect(history.slice(2, 5)).toMatchObject([
    {
      type: 'TaskScheduled',
      taskScheduledEventDetails: {
        ...kind,
        region: 'eu-central-1',
        parameters: '{"FunctionName":"f","Payload":5}',
        timeoutInSeconds: 9,
        heartbeatInSeconds: 4,
      },
    },
    { type: 'TaskStarted', taskStartedEventDetails: kind },
    { type: 'TaskSucceeded', taskSucceededEventDetails: kind },
  ])
})

test('a caught failure: the exit follows the failing event', async () => {
  const { run } = workbench({ lambda: async () => throws('Oops') })
  const Catch = [{ ErrorEquals: ['States.ALL'], Output: 'caught', Next: 'End' }]
  const { history } = await run(
    states('T', { T: { ...task, Catch, End: true }, End: { Type: 'Succeed' } }),
  )
  expect(history.slice(4, 7)).toMatchObject([
    { type: 'TaskFailed', taskFailedEventDetails: { error: 'Oops' } },
    {
      type: 'TaskStateExited',
      previousEventId: 5,
      stateExitedEventDetails: { output: '"caught"' },
    },
    { type: 'SucceedStateEntered', previousEventId: 6 },
  ])
})

test('a Map with one item at a time: the next iteration has the same predecessor as the last success', async () => {
  const inner = { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } }
  const { run } = workbench()
  const { history } = await run(only({ Type: 'Map', MaxConcurrency: 1, ItemProcessor: inner }), [
    'a',
    'b',
  ])
  expect(history.map(({ type, previousEventId }) => [type, previousEventId])).toEqual([
    ['ExecutionStarted', 0],
    ['MapStateEntered', 0],
    ['MapStateStarted', 2],
    ['MapIterationStarted', 3],
    ['PassStateEntered', 4],
    ['PassStateExited', 5],
    ['MapIterationSucceeded', 6],
    ['MapIterationStarted', 6],
    ['PassStateEntered', 8],
    ['PassStateExited', 9],
    ['MapIterationSucceeded', 10],
    ['MapStateSucceeded', 11],
    ['MapStateExited', 12],
    ['ExecutionSucceeded', 13],
  ])
  expect(history[7]).toMatchObject({
    mapIterationStartedEventDetails: { name: 'Only', index: 1 },
  })
})

test.each<[string, object, string[]]>([
  [
    'inside a Map',
    {
      Type: 'Map',
      Items: [1],
      ItemProcessor: {
        StartAt: 'I',
        States: { I: { Type: 'Pass', Output: '{% $no %}', End: true } },
      },
    },
    ['EvaluationFailed', 'MapIterationFailed', 'MapStateFailed', 'ExecutionFailed'],
  ],
  [
    "in a Map's own Items",
    {
      Type: 'Map',
      Items: '{% $no %}',
      ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } },
    },
    ['MapStateEntered', 'EvaluationFailed', 'MapStateFailed', 'ExecutionFailed'],
  ],
  [
    'in a Pass',
    { Type: 'Pass', Output: '{% $no %}' },
    ['PassStateEntered', 'EvaluationFailed', 'ExecutionFailed'],
  ],
])('an evaluation that fails %s', async (_, state, types) => {
  const { history } = await workbench().run(only(state))
  expect(history.slice(-types.length).map(({ type }) => type)).toEqual(types)
  const failed = history.find(({ type }) => type === 'EvaluationFailed')
  const { error, cause } = failed?.evaluationFailedEventDetails ?? {}
  expect(history.at(-1)?.executionFailedEventDetails).toEqual({ error, cause })
})

test('an execution that needs more than 25,000 events fails', async () => {
  const definition = states('A', {
    A: { Type: 'Pass', Next: 'B' },
    B: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input = 1 %}', Next: 'C' }],
      Default: 'A',
    },
    C: { Type: 'Succeed' },
  })
  const { run } = workbench()
  const { history, status, error, cause } = await run(definition)
  expect(history).toHaveLength(25_000)
  expect([status, error]).toEqual(['FAILED', 'States.Runtime'])
  expect(cause).toContain('25000')
  expect(history.at(-1)?.type).toBe('ExecutionFailed')
})

test('a variable over 256 KiB fails the execution', async () => {
  const definition = only({ Type: 'Pass', Assign: { x: "{% $pad('', 300000, 'x') %}" }, Output: 1 })
  expect(await outcomeOf(definition)).toMatchObject({ error: 'States.DataLimitExceeded' })
})
