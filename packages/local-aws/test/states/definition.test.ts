/** What is refused when a machine is registered. */
import { expect, test } from 'vitest'
import { INVOKE, machineArn, only, states, workbench } from './workbench.ts'

const register = (definition: string) => () =>
  workbench().machines.register({ arn: machineArn('m'), name: 'm', definition })

const inner = { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } }
const map = { Type: 'Map', ItemProcessor: inner }
const lambda = { Type: 'Task', Resource: INVOKE }

test.each<[string, string, string]>([
  ['a definition that is not JSON', '{', 'its definition is not JSON'],
  ['a JSONPath machine', '{"StartAt":"A","States":{}}', "QueryLanguage must be 'JSONata'"],
  [
    'a JSONPath state',
    only({ Type: 'Pass', QueryLanguage: 'JSONPath' }),
    "QueryLanguage 'JSONPath'",
  ],
  ['a JSONPath field', only({ Type: 'Pass', ResultPath: '$.a' }), "state 'Only': 'ResultPath'"],
  ['a distributed Map', only({ ...map, ItemReader: {} }), "state 'Only': 'ItemReader'"],
  [
    'the distributed mode',
    only({
      Type: 'Map',
      ItemProcessor: {
        ...inner,
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      },
    }),
    "the processor mode 'DISTRIBUTED'",
  ],
  ['tolerated failures', only({ ...map, ToleratedFailureCount: 1 }), "'ToleratedFailureCount'"],
  [
    'an inner state by its name',
    only({
      ...map,
      ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', Result: 1, End: true } } },
    }),
    "state 'I': 'Result'",
  ],
  [
    'another service',
    only({ Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage' }),
    'sqs:sendMessage',
  ],
  [
    'an activity',
    only({ Type: 'Task', Resource: 'arn:aws:states:eu-central-1:0:activity:a' }),
    'activity:a',
  ],
  [
    '.sync',
    only({ Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync:2' }),
    'startExecution.sync:2',
  ],
  ['an unknown field', only({ Type: 'Pass', Colour: 'red' }), 'Colour'],
  ['a missing target', states('A', { A: { Type: 'Pass', Next: 'B' } }), 'B'],
  ['JSONata after 2.0.6', only({ Type: 'Pass', Output: '{% $a ?? 1 %}' }), '$a ?? 1'],
  ['the root document', only({ Type: 'Pass', Output: '{% $$.a %}' }), "uses '$$'"],
  [
    'a result where there is none',
    only({ Type: 'Pass', Output: '{% $states.result %}' }),
    'must not use $states.result',
  ],
  [
    'an error output outside Catch',
    only({ ...lambda, Output: '{% $states.errorOutput %}' }),
    'must not use $states.errorOutput',
  ],
  ['a reserved name', only({ Type: 'Pass', Assign: { states: 1 } }), "'states' is reserved"],
  [
    'a path as a name',
    only({ Type: 'Pass', Assign: { 'x.y': 1 } }),
    "'x.y' is not a variable name",
  ],
  [
    "an outer variable's name inside",
    states('A', {
      A: { Type: 'Pass', Assign: { x: 1 }, Next: 'B' },
      B: {
        Type: 'Map',
        ItemProcessor: {
          StartAt: 'I',
          States: { I: { Type: 'Pass', Assign: { x: 2 }, End: true } },
        },
        End: true,
      },
    }),
    "state 'I': the variable 'x' is already one of an outer scope",
  ],
])('%s is refused by name', (_, definition, problem) => {
  expect(register(definition)).toThrow(problem)
})

test("a variable's name cannot be reused at any level below", () => {
  const block = (name: string, state: object) => ({
    StartAt: name,
    States: { [name]: { ...state, End: true } },
  })
  const innermost = block('I', { Type: 'Pass', Assign: { x: 2 } })
  const middle = block('M', { Type: 'Map', ItemProcessor: innermost })
  const definition = only({ Type: 'Map', Assign: { x: 1 }, ItemProcessor: middle })
  expect(register(definition)).toThrow("state 'I': the variable 'x'")
})

test('sibling branches may use the same variable name', () => {
  const branch = (name: string) => ({
    StartAt: name,
    States: { [name]: { Type: 'Pass', Assign: { x: 1 }, End: true } },
  })
  expect(register(only({ Type: 'Parallel', Branches: [branch('A'), branch('B')] }))).not.toThrow()
})

test('unsupported arguments of lambda:invoke fail the execution by name', async () => {
  const definition = only({ ...lambda, Arguments: { FunctionName: 'f', Qualifier: 'v1' } })
  expect((await workbench().run(definition)).cause).toContain('Qualifier')
})
