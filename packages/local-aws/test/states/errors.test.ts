/** How failures are named, matched, caught and retried. */
import { expect, test } from 'vitest'
import { INVOKE, only, outcomeOf, returns, states, throws, workbench } from './workbench.ts'

const task = { Type: 'Task', Resource: INVOKE, Arguments: { FunctionName: 'f' } }
const caught = { Type: 'Pass', End: true }

/** A task that fails, with one catcher for the given errors. */
const catching = (ErrorEquals: string[], more: object = {}) =>
  states('Try', {
    Try: { ...task, ...more, Catch: [{ ErrorEquals, Next: 'Caught' }], End: true },
    Caught: caught,
  })

const large = 'x'.repeat(300_000)

test.each<[string, string, boolean]>([
  ['States.ALL', 'Oops', true],
  ['States.TaskFailed', 'Oops', true],
  ['Oops', 'Oops', true],
  ['oops', 'Oops', false],
  ['States.TaskFailed', 'Lambda.ResourceNotFoundException', true],
  ['Lambda.Unknown', 'Lambda.ResourceNotFoundException', false],
  ['States.ALL', 'States.Runtime', false],
  ['States.Runtime', 'States.Runtime', false],
  ['States.TaskFailed', 'States.Timeout', false],
  ['States.Timeout', 'States.Timeout', true],
])('a catcher of %s for the error %s catches it: %s', async (matcher, error, isCaught) => {
  const lambda = async () => throws(error)
  const { status } = await workbench({ lambda }).run(catching([matcher]))
  expect(status).toBe(isCaught ? 'SUCCEEDED' : 'FAILED')
})

test("a function's error keeps its name, with its JSON text as the cause", async () => {
  const lambda = async () => throws('BadOrder', 'no such item')
  expect(await outcomeOf(catching(['BadOrder']), {}, { lambda })).toEqual({
    Error: 'BadOrder',
    Cause: '{"errorType":"BadOrder","errorMessage":"no such item","trace":[]}',
  })
})

test('a caught timeout has an empty cause', async () => {
  const { run, clock } = workbench({ lambda: () => new Promise(() => {}) })
  const execution = await run(catching(['States.Timeout'], { TimeoutSeconds: 5 }))
  await clock.advance(4999)
  expect(execution.status).toBe('RUNNING')
  await clock.advance(1)
  expect(execution.output).toBe('{"Error":"States.Timeout","Cause":""}')
})

test('an uncaught timeout of a task fails the execution, which is not TIMED_OUT', async () => {
  const { run, clock } = workbench({ lambda: () => new Promise(() => {}) })
  const execution = await run(only({ ...task, TimeoutSeconds: '{% $states.input.t %}' }), { t: 2 })
  await clock.advance(2000)
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
  expect(execution.cause).toBeUndefined()
})

test("the machine's TimeoutSeconds ends it as TIMED_OUT without error or cause", async () => {
  const { run, clock } = workbench()
  const definition = states(
    'W',
    { W: { Type: 'Wait', Seconds: 60, End: true } },
    { TimeoutSeconds: 9 },
  )
  const execution = await run(definition)
  await clock.advance(9000)
  expect(execution.status).toBe('TIMED_OUT')
  expect(execution.history.at(-1)?.type).toBe('ExecutionTimedOut')
  expect([execution.error, execution.cause]).toEqual([undefined, undefined])
  expect(clock.waiting).toBe(0)
})

test.each([
  'States.ALL',
  'States.DataLimitExceeded',
])('a task result over 256 KiB is caught by %s', async (matcher) => {
  const lambda = async () => returns(large)
  expect(await outcomeOf(catching([matcher]), {}, { lambda })).toEqual({
    Error: 'States.DataLimitExceeded',
    Cause:
      "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
  })
})

test("a Pass state's output over 256 KiB fails the execution", async () => {
  const definition = only({ Type: 'Pass', Output: "{% $pad('', 300000, 'x') %}" })
  expect(await outcomeOf(definition)).toMatchObject({
    error: 'States.DataLimitExceeded',
    cause: expect.stringContaining("The state/task 'Only' returned"),
  })
})

test('Fail without Error and Cause omits both', async () => {
  const definition = states('F', { F: { Type: 'Fail' } })
  const { run } = workbench()
  const execution = await run(definition)
  expect(execution.history.at(-1)).toMatchObject({
    type: 'ExecutionFailed',
    executionFailedEventDetails: {},
  })
  expect([execution.error, execution.cause]).toEqual([undefined, undefined])
})

test('Fail evaluates Error and Cause', async () => {
  const definition = states('F', {
    F: { Type: 'Fail', Error: "{% 'E' & $states.input %}", Cause: 'because' },
  })
  expect(await outcomeOf(definition, 1)).toMatchObject({ error: 'E1', cause: 'because' })
})

test("only the catcher's Assign and Output apply, and it sees the state's input", async () => {
  const definition = states('Try', {
    Try: {
      ...task,
      Assign: { x: 'own' },
      Output: 'own',
      Catch: [
        {
          ErrorEquals: ['States.ALL'],
          Assign: { y: '{% $states.errorOutput.Error %}' },
          Output: '{% $states.input.a %}',
          Next: 'Read',
        },
      ],
      End: true,
    },
    Read: {
      Type: 'Pass',
      Output: ['{% $exists($x) %}', '{% $y %}', '{% $states.input %}'],
      End: true,
    },
  })
  const lambda = async () => throws('Oops')
  expect(await outcomeOf(definition, { a: 4 }, { lambda })).toEqual([false, 'Oops', 4])
})
