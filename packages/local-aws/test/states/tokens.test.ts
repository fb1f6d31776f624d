/** Tasks that wait for the response to a task token. */
import { expect, test } from 'vitest'
import { INVOKE_AND_WAIT, only, returns, states, throws, workbench } from './workbench.ts'

const task = {
  Type: 'Task',
  Resource: INVOKE_AND_WAIT,
  Arguments: { FunctionName: 'f', Payload: { token: '{% $states.context.Task.Token %}' } },
}

/** A workbench whose function only records its tokens. */
function waiting(answer = () => Promise.resolve(returns('ignored'))) {
  const tokens: string[] = []
  const bench = workbench({
    lambda: (payload) => {
      if (typeof payload === 'object' && payload !== null && 'token' in payload) {
        tokens.push(String(payload.token))
      }
      return answer()
    },
  })
  const { api } = bench
  const succeed = (output: string, taskToken = tokens.at(-1)) =>
    api.SendTaskSuccess({ taskToken, output })
  const fail = (report: object, taskToken = tokens.at(-1)) =>
    api.SendTaskFailure({ taskToken, ...report })
  const beat = (taskToken = tokens.at(-1)) => api.SendTaskHeartbeat({ taskToken })
  return { ...bench, tokens, succeed, fail, beat }
}

const gone = expect.objectContaining({
  type: 'TaskTimedOut',
  message: "Task Timed Out: 'Provided task does not exist anymore'",
})

test("the response is the task's result, and the function's appears only in TaskSubmitted", async () => {
  const bench = waiting()
  const execution = await bench.run(only(task))
  expect(bench.succeed('{"a":1}')).toEqual({})
  await bench.clock.settle()
  expect(execution.output).toBe('{"a":1}')
  expect(execution.history.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSubmitted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ])
  expect(execution.history[2]).toMatchObject({
    taskScheduledEventDetails: { resource: 'invoke.waitForTaskToken', resourceType: 'lambda' },
  })
})

test('a token works once', async () => {
  const bench = waiting()
  await bench.run(only(task))
  bench.succeed('1')
  expect(() => bench.succeed('2')).toThrow(gone)
  expect(() => bench.beat()).toThrow(gone)
})

test('a token that was never issued is invalid', () => {
  const bench = waiting()
  for (const token of ['garbage', Buffer.alloc(56).toString('base64')]) {
    expect(() => bench.succeed('1', token)).toThrow(
      expect.objectContaining({ type: 'InvalidToken', message: "Invalid Token: 'Invalid token'" }),
    )
  }
})

test('a response that arrives before the function has returned counts', async () => {
  const bench = waiting(() => new Promise(() => {}))
  const execution = await bench.run(only(task))
  bench.succeed('"early"')
  await bench.clock.settle()
  expect(execution.output).toBe('"early"')
  expect(execution.history.map(({ type }) => type)).not.toContain('TaskSubmitted')
})

test('a function that throws fails the task at once, and its token is invalid', async () => {
  const bench = waiting(async () => throws('Oops'))
  const execution = await bench.run(only(task))
  expect(execution).toMatchObject({ status: 'FAILED', error: 'Oops' })
  expect(() => bench.succeed('1')).toThrow(gone)
})

test('a failure without error and cause is caught by States.ALL as two nulls', async () => {
  const bench = waiting()
  const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }]
  const execution = await bench.run(
    states('T', { T: { ...task, Catch, End: true }, Caught: { Type: 'Pass', End: true } }),
  )
  bench.fail({})
  await bench.clock.settle()
  expect(execution.output).toBe('{"Error":null,"Cause":null}')
})

test('a failure keeps its error and cause', async () => {
  const bench = waiting()
  const execution = await bench.run(only(task))
  bench.fail({ error: 'E', cause: 'C' })
  await bench.clock.settle()
  expect(execution).toMatchObject({ status: 'FAILED', error: 'E', cause: 'C' })
})

test('the heartbeat starts when the function has returned, and each one restarts it', async () => {
  let functionReturns = () => {}
  const bench = waiting(
    () =>
      new Promise((resolve) => {
        functionReturns = () => resolve(returns(null))
      }),
  )
  const execution = await bench.run(only({ ...task, HeartbeatSeconds: 10 }))
  bench.beat()
  await bench.clock.advance(60_000)
  expect(execution.status).toBe('RUNNING')
  functionReturns()
  await bench.clock.advance(9_000)
  expect(bench.beat()).toEqual({})
  await bench.clock.advance(9_999)
  expect(execution.status).toBe('RUNNING')
  await bench.clock.advance(1)
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
  expect(execution.history.map(({ type }) => type)).toContain('TaskTimedOut')
  expect(() => bench.beat()).toThrow(gone)
})

test.each([
  ['States.HeartbeatTimeout', 'SUCCEEDED'],
  ['States.Timeout', 'SUCCEEDED'],
  ['States.ALL', 'SUCCEEDED'],
  ['States.TaskFailed', 'FAILED'],
])('a missed heartbeat and a catcher of %s: %s', async (matcher, status) => {
  const bench = waiting()
  const Catch = [{ ErrorEquals: [matcher], Next: 'Caught' }]
  const execution = await bench.run(
    states('T', {
      T: { ...task, HeartbeatSeconds: 1, Catch, End: true },
      Caught: { Type: 'Pass', End: true },
    }),
  )
  await bench.clock.advance(1000)
  expect(execution.status).toBe(status)
})

test('heartbeats do not extend TimeoutSeconds', async () => {
  const bench = waiting()
  const execution = await bench.run(only({ ...task, HeartbeatSeconds: 5, TimeoutSeconds: 8 }))
  await bench.clock.advance(4000)
  bench.beat()
  await bench.clock.advance(4000)
  expect(execution.error).toBe('States.Timeout')
})

test('each attempt has a token of its own', async () => {
  const bench = waiting()
  await bench.run(
    only({ ...task, TimeoutSeconds: 1, Retry: [{ ErrorEquals: ['States.Timeout'] }] }),
  )
  await bench.clock.advance(2000)
  const [first, second] = bench.tokens
  expect(second).not.toBe(first)
  expect(() => bench.succeed('1', first)).toThrow(gone)
  expect(bench.succeed('1', second)).toEqual({})
})

test('a stopped execution invalidates its token and leaves no timer', async () => {
  const bench = waiting()
  const execution = await bench.run(only({ ...task, TimeoutSeconds: 50, HeartbeatSeconds: 5 }))
  bench.machines.stop(execution.identity.arn, { error: 'E', cause: 'C' })
  await bench.clock.settle()
  expect(execution).toMatchObject({ status: 'ABORTED', error: 'E', cause: 'C' })
  expect(() => bench.succeed('1')).toThrow(gone)
  expect(bench.clock.waiting).toBe(0)
})

test.each<[object, string]>([
  [{ output: 'no json' }, 'InvalidOutput'],
  [{ output: `"${'x'.repeat(262_144)}"` }, 'ValidationException'],
  [{}, 'ValidationException'],
])('SendTaskSuccess refuses %j', async (input, type) => {
  const bench = waiting()
  await bench.run(only(task))
  const call = () => bench.api.SendTaskSuccess({ taskToken: bench.tokens[0], ...input })
  expect(call).toThrow(expect.objectContaining({ type }))
})
