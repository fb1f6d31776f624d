/** Many concurrent executions. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { INVOKE_AND_WAIT, machineArn, only, returns, states, workbench } from './workbench.ts'

test('a thousand executions of three states end, each with its own output', async () => {
  const bench = workbench({ stateDir: mkdtempSync(join(tmpdir(), 'states-')) })
  const definition = states('A', {
    A: { Type: 'Pass', Assign: { x: '{% $states.input * 2 %}' }, Next: 'B' },
    B: { Type: 'Choice', Choices: [{ Condition: '{% $x >= 0 %}', Next: 'C' }] },
    C: { Type: 'Pass', Output: '{% $x + 1 %}', End: true },
  })
  bench.machines.register({ arn: machineArn('m'), name: 'm', definition })
  const inputs = Array.from({ length: 1000 }, (_, index) => index)
  const executions = inputs.map((input) => bench.machines.start(machineArn('m'), String(input)))
  await bench.clock.settle()
  expect(executions.map(({ output }) => output)).toEqual(inputs.map((n) => String(2 * n + 1)))
})

test('thousands of executions wait on tokens, and each gets its own result', async () => {
  const tokens = new Map<unknown, string>()
  const bench = workbench({
    lambda: async (payload) => {
      if (Array.isArray(payload)) tokens.set(payload[0], String(payload[1]))
      return returns(null)
    },
  })
  const Payload = ['{% $states.input %}', '{% $states.context.Task.Token %}']
  const Arguments = { FunctionName: 'f', Payload }
  const definition = only({
    Type: 'Task',
    Resource: INVOKE_AND_WAIT,
    Arguments,
    HeartbeatSeconds: 60,
  })
  bench.machines.register({ arn: machineArn('m'), name: 'm', definition })
  const inputs = Array.from({ length: 3000 }, (_, index) => index)
  const executions = inputs.map((input) => bench.machines.start(machineArn('m'), String(input)))
  await bench.clock.settle()
  expect(tokens.size).toBe(3000)
  for (const [input, token] of tokens) bench.machines.tokens.waiting(token).succeed(String(input))
  await bench.clock.settle()
  expect(executions.map(({ output }) => output)).toEqual(inputs.map(String))
  expect(bench.clock.waiting).toBe(0)
})
