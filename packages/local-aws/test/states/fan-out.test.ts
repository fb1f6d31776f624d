/** Map and Parallel: concurrency, and what happens to the others when one fails. */
import { expect, test } from 'vitest'
import {
  INVOKE,
  INVOKE_AND_WAIT,
  only,
  outcomeOf,
  returns,
  states,
  throws,
  workbench,
} from './workbench.ts'

const call = (Payload: unknown) => ({
  Type: 'Task',
  Resource: INVOKE,
  Arguments: { FunctionName: 'f', Payload },
  End: true,
})
const each = { StartAt: 'Each', States: { Each: call('{% $states.input %}') } }

/** A function whose calls stay pending until the test resolves them. */
function held() {
  const calls: { payload: unknown; end: () => void }[] = []
  const lambda = (payload: unknown) =>
    new Promise<ReturnType<typeof returns>>((resolve) => {
      calls.push({ payload, end: () => resolve(returns(payload)) })
    })
  return { calls, lambda }
}

test.each([
  ['40 by default', {}, 40],
  ['40 at most', { MaxConcurrency: 50 }, 40],
  ['MaxConcurrency', { MaxConcurrency: '{% 3 %}' }, 3],
])('an inline Map runs %s iterations concurrently', async (_, field, expected) => {
  const { calls, lambda } = held()
  const items = Array.from({ length: 60 }, (_unused, index) => index)
  await workbench({ lambda }).run(only({ Type: 'Map', ItemProcessor: each, ...field }), items)
  expect(calls).toHaveLength(expected)
})

test('MaxConcurrency 1 runs the items strictly in order', async () => {
  const { calls, lambda } = held()
  const { run, clock } = workbench({ lambda })
  const execution = await run(
    only({ Type: 'Map', MaxConcurrency: 1, ItemProcessor: each }),
    [7, 8, 9],
  )
  for (const expected of [7, 8, 9]) {
    expect(calls.at(-1)?.payload).toBe(expected)
    calls.at(-1)?.end()
    await clock.settle()
  }
  expect(calls).toHaveLength(3)
  expect(execution.status).toBe('SUCCEEDED')
})

test('the outputs are in the order of the items, in whatever order the iterations end', async () => {
  const { calls, lambda } = held()
  const { run, clock } = workbench({ lambda })
  const processor = {
    StartAt: 'Each',
    States: { Each: { ...call('{% $states.input %}'), Output: '{% $states.result.Payload %}' } },
  }
  const execution = await run(only({ Type: 'Map', ItemProcessor: processor }), ['a', 'b', 'c'])
  for (const { end } of calls.toReversed()) {
    end()
    await clock.settle()
  }
  expect(execution.output).toBe('["a","b","c"]')
})

test('ItemSelector sees the item in the context and the Map input, with outer variables', async () => {
  const definition = states('First', {
    First: { Type: 'Pass', Assign: { x: 5 }, Next: 'Each' },
    Each: {
      Type: 'Map',
      Items: '{% $states.input.list %}',
      ItemSelector: {
        i: '{% $states.context.Map.Item.Index %}',
        v: '{% $states.context.Map.Item.Value %}',
        s: '{% $states.context.Map.Item.Source %}',
        all: '{% $count($states.input.list) %}',
        x: '{% $x %}',
        k: 'static',
      },
      ItemProcessor: { StartAt: 'Id', States: { Id: { Type: 'Pass', End: true } } },
      End: true,
    },
  })
  expect(await outcomeOf(definition, { list: ['a', 'b'] })).toEqual([
    { i: 0, v: 'a', s: 'STATE_DATA', all: 2, x: 5, k: 'static' },
    { i: 1, v: 'b', s: 'STATE_DATA', all: 2, x: 5, k: 'static' },
  ])
})

/** Item 0 fails after a second. The others wait for a token and then call the function once more. */
const failing = {
  StartAt: 'Which',
  States: {
    Which: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input = 0 %}', Next: 'Pause' }],
      Default: 'Ask',
    },
    Pause: { Type: 'Wait', Seconds: 1, Next: 'Break' },
    Break: call('break'),
    Ask: {
      Type: 'Task',
      Resource: INVOKE_AND_WAIT,
      Arguments: { FunctionName: 'f', Payload: '{% $states.context.Task.Token %}' },
      Next: 'Late',
    },
    Late: call('late'),
  },
}

test('a failing iteration cancels the others: invalid tokens, no later effect, events in order', async () => {
  const payloads: unknown[] = []
  const { run, clock, machines } = workbench({
    lambda: async (payload) => {
      payloads.push(payload)
      return payload === 'break' ? throws('Oops') : returns(null)
    },
  })
  const execution = await run(only({ Type: 'Map', ItemProcessor: failing }), [0, 1, 2])
  await clock.advance(1000)
  expect(execution).toMatchObject({ status: 'FAILED', error: 'Oops' })
  expect(payloads).toHaveLength(3)
  for (const token of payloads.slice(0, 2)) {
    expect(() => machines.tokens.waiting(String(token))).toThrow('Task Timed Out')
  }
  expect(execution.history.slice(-9).map(({ type }) => type)).toEqual([
    'TaskFailed',
    'MapIterationFailed',
    'TaskStateAborted',
    'MapIterationAborted',
    'TaskStateAborted',
    'MapIterationAborted',
    'TaskStateAborted',
    'MapStateFailed',
    'ExecutionFailed',
  ])
  const failedTask = execution.history.find(({ type }) => type === 'TaskFailed')
  const aborted = execution.history.filter(({ type }) => /Aborted$|IterationFailed$/.test(type))
  expect(aborted).toHaveLength(6)
  for (const event of aborted) expect(event.previousEventId).toBe(failedTask?.id)
  expect(clock.waiting).toBe(0)
})

test("a catcher of a Map or Parallel sees the inner state's error and assigns in the outer scope", async () => {
  const fail = { Type: 'Fail', Error: 'Inner', Cause: 'deep' }
  for (const [name, state] of Object.entries({
    Map: { Items: [1], ItemProcessor: { StartAt: 'F', States: { F: fail } } },
    Parallel: { Branches: [{ StartAt: 'F', States: { F: fail } }] },
  })) {
    const definition = states('Try', {
      Try: {
        Type: name,
        ...state,
        Catch: [
          {
            ErrorEquals: ['Inner'],
            Assign: { seen: '{% $states.errorOutput %}' },
            Next: 'Read',
          },
        ],
        End: true,
      },
      Read: { Type: 'Pass', Output: '{% $seen %}', End: true },
    })
    expect(await outcomeOf(definition)).toEqual({ Error: 'Inner', Cause: 'deep' })
  }
})

test('a failing branch stops the waiting branches, and the history records it', async () => {
  const definition = only({
    Type: 'Parallel',
    Branches: [
      { StartAt: 'Break', States: { Break: call('x') } },
      { StartAt: 'Sleep', States: { Sleep: { Type: 'Wait', Seconds: 100, End: true } } },
    ],
  })
  const { run, clock } = workbench({ lambda: async () => throws('Oops') })
  const execution = await run(definition)
  expect(execution.status).toBe('FAILED')
  expect(clock.waiting).toBe(0)
  expect(execution.history.slice(-5).map(({ type }) => type)).toEqual([
    'TaskFailed',
    'TaskStateAborted',
    'WaitStateAborted',
    'ParallelStateFailed',
    'ExecutionFailed',
  ])
})

test('nested Maps run inside each other and return nested outputs', async () => {
  const inner = {
    StartAt: 'Inner',
    States: {
      Inner: {
        Type: 'Map',
        ItemProcessor: {
          StartAt: 'Double',
          States: { Double: { Type: 'Pass', Output: '{% $states.input * 2 %}', End: true } },
        },
        End: true,
      },
    },
  }
  const definition = only({ Type: 'Map', ItemProcessor: inner })
  expect(await outcomeOf(definition, [[1, 2], [3]])).toEqual([[2, 4], [6]])
})
