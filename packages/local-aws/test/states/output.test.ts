/** The values that each state's Output and Assign see and produce. */
import { expect, test } from 'vitest'
import { INVOKE, only, outcomeOf, returns, states } from './workbench.ts'

const identity = { StartAt: 'Inner', States: { Inner: { Type: 'Pass', End: true } } }
const second = { StartAt: 'Second', States: { Second: { Type: 'Pass', End: true } } }
const invoke = { Type: 'Task', Resource: INVOKE, Arguments: { FunctionName: 'f' } }
const lambda = async () => returns(7)

test.each<[string, object, unknown, unknown]>([
  ['Pass gives its input', { Type: 'Pass' }, { a: 1 }, { a: 1 }],
  ['Wait gives its input', { Type: 'Wait', Seconds: 0 }, 'x', 'x'],
  ['Map gives its iterations outputs', { Type: 'Map', ItemProcessor: identity }, [1, 2], [1, 2]],
  ['a Map of nothing gives nothing', { Type: 'Map', ItemProcessor: identity }, [], []],
  [
    'Parallel gives its branches outputs',
    { Type: 'Parallel', Branches: [identity, second], Arguments: '{% $states.input.a %}' },
    { a: 1 },
    [1, 1],
  ],
  ['Output may be any value', { Type: 'Pass', Output: null }, 1, null],
  ['Output may be an empty object', { Type: 'Pass', Output: {} }, 1, {}],
  [
    'a string that is not exactly delimited is literal',
    { Type: 'Pass', Output: [' {% 1 %} ', '$states.input', { 'a.$': '$$' }] },
    1,
    [' {% 1 %} ', '$states.input', { 'a.$': '$$' }],
  ],
  [
    'a Task result is $states.result',
    { ...invoke, Output: '{% $states.result.Payload + $states.input %}' },
    1,
    8,
  ],
  [
    'a Map result is $states.result',
    { Type: 'Map', ItemProcessor: identity, Output: '{% $sum($states.result) %}' },
    [1, 2],
    3,
  ],
])('%s', async (_, state, input, output) => {
  expect(await outcomeOf(only(state), input, { lambda })).toEqual(output)
})

test('a Task without Output returns the whole result of the integration', async () => {
  expect(await outcomeOf(only(invoke), {}, { lambda })).toEqual({
    ExecutedVersion: '$LATEST',
    Payload: 7,
    SdkHttpMetadata: expect.objectContaining({ HttpStatusCode: 200 }),
    SdkResponseMetadata: { RequestId: 'r-1' },
    StatusCode: 200,
  })
})

const read = { Type: 'Pass', Output: ['{% $x %}', '{% $y %}', '{% $states.input %}'], End: true }
const first = { Type: 'Pass', Assign: { x: 1, y: 2 }, Next: 'Middle' }

test.each<[string, object]>([
  ['Pass', { Type: 'Pass' }],
  ['Wait', { Type: 'Wait', Seconds: 0 }],
  ['Task', invoke],
  ['Map', { Type: 'Map', Items: [1], ItemProcessor: identity }],
  ['Parallel', { Type: 'Parallel', Branches: [identity] }],
])('%s: Assign swaps two variables, and Output sees neither change', async (_, state) => {
  const middle = {
    ...state,
    Assign: { x: '{% $y %}', y: '{% $x %}' },
    Output: '{% [$x, $y] %}',
    Next: 'Read',
  }
  const definition = states('First', { First: first, Middle: middle, Read: read })
  expect(await outcomeOf(definition, {}, { lambda })).toEqual([2, 1, [1, 2]])
})

const choice = {
  Type: 'Choice',
  Choices: [
    {
      Condition: '{% $states.input = 1 %}',
      Next: 'Read',
      Assign: { x: '{% $y %}' },
      Output: '{% [$x] %}',
    },
  ],
  Assign: { y: 9 },
  Output: 'no rule',
  Default: 'Read',
}

test.each([
  ["the first true rule's Assign and Output count alone", 1, [2, 2, [1]]],
  ["without a true rule the state's Assign and Output count", 2, [1, 9, 'no rule']],
])('Choice: %s', async (_, input, output) => {
  const definition = states('First', { First: first, Middle: choice, Read: read })
  expect(await outcomeOf(definition, input)).toEqual(output)
})

test('a Choice without a true rule and without Default fails with States.NoChoiceMatched', async () => {
  const definition = states('C', {
    C: { Type: 'Choice', Choices: [{ Condition: false, Next: 'D' }] },
    D: { Type: 'Succeed' },
  })
  expect(await outcomeOf(definition)).toMatchObject({ error: 'States.NoChoiceMatched' })
})

test('Succeed ends only its branch', async () => {
  const branch = { StartAt: 'S', States: { S: { Type: 'Succeed', Output: 'done' } } }
  const definition = states('P', {
    P: { Type: 'Parallel', Branches: [branch], Next: 'After' },
    After: { Type: 'Pass', Output: '{% $states.input[0] & "!" %}', End: true },
  })
  expect(await outcomeOf(definition)).toBe('done!')
})

test('an inner state reads outer variables, and its own are not visible outside', async () => {
  const inner = {
    StartAt: 'Own',
    States: {
      Own: { Type: 'Pass', Assign: { mine: '{% $states.input * $x %}' }, Next: 'Give' },
      Give: { Type: 'Pass', Output: '{% $mine %}', End: true },
    },
  }
  const definition = states('First', {
    First: { Type: 'Pass', Assign: { x: 10 }, Next: 'Each' },
    Each: { Type: 'Map', Items: [1, 2], ItemProcessor: inner, Next: 'After' },
    After: { Type: 'Pass', Output: ['{% $states.input %}', '{% $exists($mine) %}'], End: true },
  })
  expect(await outcomeOf(definition)).toEqual([[10, 20], false])
})
