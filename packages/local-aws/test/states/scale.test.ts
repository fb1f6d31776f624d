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

test('the oldest closed executions are forgotten, and those that run never', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'states-'))
  const bench = workbench({ stateDir })
  const register = (name: string, State: object) =>
    bench.machines.register({ arn: machineArn(name), name, definition: only(State) })
  register('waits', { Type: 'Wait', Seconds: 60 })
  register('ends', { Type: 'Pass' })
  const waiting = bench.machines.start(machineArn('waits'), '{}')
  for (let n = 0; n < 1_100; n++) {
    bench.machines.start(machineArn('ends'), '{}', `n${n}`)
    await bench.clock.settle()
  }
  const kept = (machines = bench.machines) =>
    machines.executions().map(({ identity }) => identity.name)
  expect(kept()).toHaveLength(1_000)
  expect(kept()).toEqual(expect.arrayContaining([waiting.identity.name, 'n1099']))
  expect(kept()).not.toContain('n0')
  expect(kept(workbench({ stateDir }).machines)).toEqual(kept())
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
