/** The state machines: valid, in JSONata, with time limits, and every error is reported. */
import validateAsl from 'asl-validator'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { machines, type State, statesOf, tasksOf } from './support/state-machines.ts'
import { idIn, resources } from './support/template.ts'

/** The state that reports the error of any other state. */
const REPORTED_BY: Record<string, string> = {
  ReviewLoop: 'ReportFailure',
  WorkerLeg: 'CollectResult',
}

/** The session's item holds its token, and the next message completes it: nothing could send heartbeats. */
const WITHOUT_HEARTBEAT = ['AwaitMessage', 'BackOff']

/** They come after the report. */
const AFTER_REPORT = ['BackOff', 'Failed']

const JSONPATH = ['InputPath', 'OutputPath', 'Parameters', 'ResultPath', 'ResultSelector']

const waitsForToken = ({ Resource }: State) => Resource?.endsWith('.waitForTaskToken') ?? false

const catchesAll = ({ Catch }: State) =>
  Catch.find(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'))?.Next

test('there are two machines', () => {
  expect(machines.map(({ name }) => name).sort()).toEqual(['ReviewLoop', 'WorkerLeg'])
})

describe.each(machines)('$name', ({ name, machine, definition }) => {
  const tasks = tasksOf(definition)
  const waiting = tasks.filter(([, task]) => waitsForToken(task))

  test('is valid Amazon States Language', () => {
    const deployed = machine.DefinitionString.replaceAll('<AWS::Partition>', 'aws')
    const { isValid, errorsText } = validateAsl(JSON.parse(deployed))
    expect(isValid ? '' : errorsText()).toBe('')
  })

  test('is in JSONata throughout', () => {
    expect(definition.QueryLanguage).toBe('JSONata')
    for (const [, { QueryLanguage = 'JSONata' }] of statesOf(definition))
      expect(QueryLanguage).toBe('JSONata')
    const fields = statesOf(definition).flatMap(([, state]) => Object.keys(state))
    expect(fields.filter((field) => JSONPATH.includes(field))).toEqual([])
    expect(machine.DefinitionString).not.toContain('.$"')
  })

  test('has an upper time limit', () => {
    expect(definition.TimeoutSeconds).toBeGreaterThan(0)
  })

  test.each(tasks)('%s has a time limit', (_, { TimeoutSeconds }) => {
    expect(TimeoutSeconds).toBeDefined()
  })

  test.each(tasks)('the function of %s times out before the task', (_, task) => {
    const fn = resources[idIn(task.Arguments?.FunctionName ?? '')]?.Properties
    const { Timeout } = z.object({ Timeout: z.number() }).parse(fn)
    if (typeof task.TimeoutSeconds === 'number')
      expect(task.TimeoutSeconds).toBeGreaterThan(Timeout)
  })

  test.each(waiting)('%s notices within a minute that its function has died', (id, task) => {
    if (WITHOUT_HEARTBEAT.includes(id)) expect(task.HeartbeatSeconds).toBeUndefined()
    else expect(task.HeartbeatSeconds).toBeLessThanOrEqual(60)
  })

  test.each(tasks)('%s is retried if Lambda could not run its function', (_, { Retry }) => {
    const retried = Retry.flatMap(({ ErrorEquals }) => ErrorEquals)
    expect(retried).toEqual(
      expect.arrayContaining(['Lambda.ServiceException', 'Lambda.TooManyRequestsException']),
    )
  })

  const reporter = REPORTED_BY[name] ?? ''
  const steps = Object.entries(definition.States).filter(
    ([id, { Type }]) =>
      (Type === 'Task' || Type === 'Map') && id !== reporter && !AFTER_REPORT.includes(id),
  )

  test.each(steps)(`any error of %s is passed to ${reporter}`, (_, step) => {
    expect(catchesAll(step)).toBe(reporter)
  })

  test('handles every error, and any other handler comes before that', () => {
    for (const [, { Catch }] of steps) expect(Catch.at(-1)?.ErrorEquals).toEqual(['States.ALL'])
  })

  test('logs every event, but no data, which includes task tokens', () => {
    expect(machine.LoggingConfiguration).toMatchObject({
      Level: 'ALL',
      IncludeExecutionData: false,
    })
    expect(machine.TracingConfiguration).toEqual({ Enabled: true })
  })
})

test('ReviewLoop fails after the failure was reported, even if reporting failed; redriven it continues', () => {
  const { ReportFailure, FailedBefore, BackOff, Failed } =
    machines.find(({ name }) => name === 'ReviewLoop')?.definition.States ?? {}
  expect(ReportFailure).toMatchObject({ Next: 'FailedBefore' })
  expect(FailedBefore).toMatchObject({ Default: 'Failed', Choices: [{ Next: 'BackOff' }] })
  expect(BackOff).toMatchObject({ Next: 'ContinueRun' })
  for (const state of [ReportFailure, BackOff]) expect(state && catchesAll(state)).toBe('Failed')
  expect(Failed).toMatchObject({ Type: 'Task', Next: 'ContinueRun' })
  expect(Failed?.Retry.flatMap(({ ErrorEquals }) => ErrorEquals)).not.toContain('States.TaskFailed')
  expect(Failed?.Catch).toEqual([])
})

test('a run that cannot even report its failure does not fail again at once', () => {
  const { ReportFailure } =
    machines.find(({ name }) => name === 'ReviewLoop')?.definition.States ?? {}
  const retry = ReportFailure?.Retry.find(
    ({ ErrorEquals }) => ErrorEquals[0] === 'States.TaskFailed',
  )
  const { IntervalSeconds, BackoffRate, MaxAttempts, JitterStrategy } = z
    .looseObject({
      IntervalSeconds: z.number(),
      BackoffRate: z.number(),
      MaxAttempts: z.number(),
      JitterStrategy: z.string().optional(),
    })
    .parse(retry)
  const pauses = Array.from({ length: MaxAttempts }, (_, i) => IntervalSeconds * BackoffRate ** i)
  expect(pauses.reduce((sum, seconds) => sum + seconds)).toBeGreaterThanOrEqual(30)
  // With full jitter the pauses might all be short.
  expect(JitterStrategy).toBeUndefined()
})

test.each(
  machines.flatMap(({ definition }) =>
    tasksOf(definition).filter(([, task]) => waitsForToken(task)),
  ),
)('%s does not retry once the item has changed', (_, { Retry }) => {
  const matching = Retry.find(({ ErrorEquals }) =>
    ['StateChanged', 'States.TaskFailed'].some((error) => ErrorEquals.includes(error)),
  )
  expect(matching).toMatchObject({
    ErrorEquals: expect.arrayContaining(['StateChanged']),
    MaxAttempts: 0,
  })
})

test('ReviewLoop pauses an expiring sandbox in a state without a heartbeat, and then looks at the item again', () => {
  const { AskConductor, RenewSandbox } =
    machines.find(({ name }) => name === 'ReviewLoop')?.definition.States ?? {}
  const catches = (state: State | undefined, error: string) =>
    state?.Catch.find(({ ErrorEquals }) => ErrorEquals.includes(error))?.Next
  expect(catches(AskConductor, 'SandboxExpiring')).toBe('RenewSandbox')
  expect(
    AskConductor?.Retry.find(({ ErrorEquals }) => ErrorEquals.includes('SandboxExpiring')),
  ).toMatchObject({ MaxAttempts: 0 })
  expect(RenewSandbox).toMatchObject({ Next: 'AskConductor' })
  expect(RenewSandbox?.HeartbeatSeconds).toBeUndefined()
  // If it cannot be paused, another one takes its place.
  expect(catches(RenewSandbox, 'SandboxUnavailable')).toBe('AskConductor')
})
