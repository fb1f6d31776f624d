/** When a failed state is retried. */
import { expect, test } from 'vitest'
import { INVOKE, only, returns, states, throws, workbench } from './workbench.ts'

const task = { Type: 'Task', Resource: INVOKE, Arguments: { FunctionName: 'f' } }

/** Runs a task that fails with these errors, one a call, and returns the seconds at which it was called. */
async function callTimes(Retry: object[], errors: string[], random = () => 0.5) {
  let call = 0
  const times: number[] = []
  const { run, clock } = workbench({
    random,
    lambda: async () => {
      times.push((clock.now() - begin) / 1000)
      const error = errors[call++]
      return error === undefined ? returns('fine') : throws(error)
    },
  })
  const begin = clock.now()
  const execution = await run(only({ ...task, Retry }))
  await clock.advance(3_600_000)
  return { times, execution }
}

const fails = (times: number) => Array.from({ length: times }, () => 'Oops')

test.each<[string, object, number[]]>([
  ['the defaults are 1 s, doubled, 3 retries', {}, [0, 1, 3, 7]],
  [
    'MaxDelaySeconds caps: 3, 5, 5',
    { IntervalSeconds: 3, BackoffRate: 2, MaxDelaySeconds: 5 },
    [0, 3, 8, 13],
  ],
  ['BackoffRate 1 keeps the interval', { BackoffRate: 1, MaxAttempts: 2 }, [0, 1, 2]],
  ['FULL jitter is a part of the wait', { JitterStrategy: 'FULL' }, [0, 0.5, 1.5, 3.5]],
  ['MaxAttempts 0 never retries', { MaxAttempts: 0 }, [0]],
])('%s', async (_, retrier, expected) => {
  const { times, execution } = await callTimes(
    [{ ErrorEquals: ['States.ALL'], ...retrier }],
    fails(9),
  )
  expect(times).toEqual(expected)
  expect(execution.status).toBe('FAILED')
})

test('each retrier has its own count', async () => {
  const retriers = [
    { ErrorEquals: ['A', 'B'], BackoffRate: 1, MaxAttempts: 2 },
    { ErrorEquals: ['C'], IntervalSeconds: 5, MaxAttempts: 1 },
  ]
  const { times, execution } = await callTimes(retriers, ['A', 'B', 'C', 'B'])
  expect(times).toEqual([0, 1, 2, 7])
  expect(execution).toMatchObject({ status: 'FAILED', error: 'B' })
})

test('an error that MaxAttempts 0 excludes goes to Catch', async () => {
  const { run } = workbench({ lambda: async () => throws('Oops') })
  const definition = states('Try', {
    Try: {
      ...task,
      Retry: [{ ErrorEquals: ['Oops'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
      End: true,
    },
    Caught: { Type: 'Pass', Output: 'caught', End: true },
  })
  expect((await run(definition)).output).toBe('"caught"')
})

test("a retry repeats only the task's events, and the arguments see RetryCount", async () => {
  const payloads: unknown[] = []
  const { run, clock } = workbench({
    lambda: async (payload) => {
      payloads.push(payload)
      return payloads.length === 1 ? throws('Oops') : returns(1)
    },
  })
  const Arguments = { FunctionName: 'f', Payload: '{% $states.context.State.RetryCount %}' }
  const Retry = [{ ErrorEquals: ['Oops'] }]
  const execution = await run(only({ ...task, Arguments, Retry }))
  await clock.advance(1000)
  expect(payloads).toEqual([0, 1])
  expect(execution.history.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskFailed',
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ])
})

test('a retried Map runs all its items again, without a MapStateFailed in between', async () => {
  const calls: unknown[] = []
  const { run, clock } = workbench({
    lambda: async (payload) => {
      calls.push(payload)
      return calls.length === 2 ? throws('Oops') : returns(payload)
    },
  })
  const Arguments = { FunctionName: 'f', Payload: '{% $states.input %}' }
  const each = {
    StartAt: 'Each',
    States: { Each: { ...task, Arguments, Output: '{% $states.result.Payload %}', End: true } },
  }
  const execution = await run(
    only({
      Type: 'Map',
      MaxConcurrency: 1,
      ItemProcessor: each,
      Retry: [{ ErrorEquals: ['Oops'] }],
    }),
    ['a', 'b'],
  )
  await clock.advance(1000)
  expect(calls).toEqual(['a', 'b', 'a', 'b'])
  expect(execution.output).toBe('["a","b"]')
  const types = execution.history.map(({ type }) => type)
  expect(types.filter((type) => type === 'MapStateStarted')).toHaveLength(2)
  expect(types.filter((type) => type === 'MapStateEntered')).toHaveLength(1)
  expect(types).not.toContain('MapStateFailed')
})
