/** JSONata is evaluated as Step Functions does. */
import { expect, test } from 'vitest'
import { only, outcomeOf, states } from './workbench.ts'

const pass = (expression: string) => only({ Type: 'Pass', Output: `{% ${expression} %}` })

test.each<[string, unknown]>([
  ['$partition([0],5)', [[0]]],
  ['$partition([0,1,2],2)', [[0, 1], [2]]],
  ['$partition([0,1,2],2.9)', [[0, 1], [2]]],
  ['$range(1,9,9)', 1],
  ['$range(0,9,3)', [0, 3, 6, 9]],
  ['$range(0,10,3)', [0, 3, 6, 9]],
  ['$range(3,0,-1)', [3, 2, 1, 0]],
  ["$hash('abc','MD5')", '900150983cd24fb0d6963f7d28e17f72'],
  ["$hash('abc','SHA-1')", 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ["$parse('-0')", 0],
  ['$parse(\'{"a":[1]}\')', { a: [1] }],
  ['$millis()', Date.UTC(2026, 0, 1)],
  ['$now()', '2026-01-01T00:00:00.000Z'],
  ["$now('[Y]')", '2026'],
  ["'no $$root'", 'no $$root'],
  ['$random(7) = $random(7)', true],
  ['$random() < 1 and $random() >= 0', true],
  ['$match($uuid(), /^[0-9a-f-]{36}$/).match != ""', true],
  ["{'a':$no,'b':1}", { b: 1 }],
  ['[1,$no,2]', [1, 2]],
  ['$count($no)', 0],
  ['$exists($no)', false],
  ["$merge([{'a':1},{'b':$no}])", { a: 1 }],
  ['$map([1], function($v){$v})', 1],
  ['[$map([1], function($v){$v})]', [1]],
  ["[{'b':1},{'b':2}][b>1]", { b: 2 }],
])('%s gives %j', async (expression, value) => {
  expect(await outcomeOf(pass(expression))).toEqual(value)
})

const place = "An error occurred while executing the state 'Only' (entered at the event id #2). "

test.each<[string, string]>([
  [
    '$no',
    `${place}The JSONata expression '$no' specified for the field 'Output' returned nothing (undefined).`,
  ],
  ['$filter([1], function($v){false})', 'returned nothing (undefined).'],
  ['$map([], function($v){$v})', 'returned nothing (undefined).'],
  ['function($v){$v}', "specified for the field 'Output' returned an unsupported result type."],
  ["{'f': function($v){$v}}", 'returned an unsupported result type.'],
  ['[$sum]', 'returned an unsupported result type.'],
  ['$nothing()', 'threw an error during evaluation. T1006: Attempted to invoke a non-function'],
  ["$eval('1')", 'T1006: Attempted to invoke a non-function'],
  ["$hash('a','CRC')", "'CRC' is none of MD5"],
])('%s fails with States.QueryEvaluationError', async (expression, cause) => {
  expect(await outcomeOf(pass(expression))).toEqual({
    status: 'FAILED',
    error: 'States.QueryEvaluationError',
    cause: expect.stringContaining(cause),
  })
})

const inner = { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } }

test.each<[string, object, unknown, string]>([
  [
    'Items of a number',
    { Type: 'Map', Items: '{% 1 %}', ItemProcessor: inner },
    {},
    "specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'number' for value: 1",
  ],
  [
    'Items of an object',
    { Type: 'Map', Items: '{% {"a":1} %}', ItemProcessor: inner },
    {},
    "Expected 'array', but was 'object' for value: {\"a\":1}",
  ],
  [
    'a Map input that is no array',
    { Type: 'Map', ItemProcessor: inner },
    1,
    `${place}Map state input must be an array but was: 1`,
  ],
  [
    'a Timestamp without T',
    { Type: 'Wait', Timestamp: "{% '2026-01-01 00:00:00Z' %}" },
    {},
    'The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2026-01-01 00:00:00Z',
  ],
  ['negative Seconds', { Type: 'Wait', Seconds: '{% -1 %}' }, {}, "The field 'Seconds' must be"],
])('%s fails with States.QueryEvaluationError', async (_, state, input, cause) => {
  expect(await outcomeOf(only(state), input)).toMatchObject({
    error: 'States.QueryEvaluationError',
    cause: expect.stringContaining(cause),
  })
})

test('a Condition that is no boolean fails', async () => {
  const definition = states('C', {
    C: { Type: 'Choice', Choices: [{ Condition: '{% 1 %}', Next: 'D' }], Default: 'D' },
    D: { Type: 'Succeed' },
  })
  expect(await outcomeOf(definition)).toMatchObject({
    cause: expect.stringContaining("Expected 'boolean', but was 'number' for value: 1"),
  })
})

test("errors name a field's place in a template with slashes", async () => {
  const definition = only({ Type: 'Pass', Output: { a: { b: '{% $no %}' } } })
  expect(await outcomeOf(definition)).toMatchObject({
    cause: expect.stringContaining("specified for the field 'Output/a/b' returned nothing"),
  })
})

test('the context has execution, machine and state', async () => {
  const context = await outcomeOf(pass('$states.context'), { a: 1 })
  const arn = 'arn:aws:states:eu-central-1:000000000000'
  expect(context).toEqual({
    Execution: {
      Id: `${arn}:execution:m:m`,
      Input: { a: 1 },
      Name: 'm',
      RoleArn: 'arn:aws:iam::000000000000:role/m',
      StartTime: '2026-01-01T00:00:00Z',
      RedriveCount: 0,
    },
    StateMachine: { Id: `${arn}:stateMachine:m`, Name: 'm' },
    State: { Name: 'Only', EnteredTime: '2026-01-01T00:00:00Z' },
  })
})
