/** Restarts of the process, and redrives. */
import { appendFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ManualClock } from '../fixture/manual-clock.ts'
import {
  INVOKE,
  INVOKE_AND_WAIT,
  machineArn,
  only,
  returns,
  states,
  throws,
  workbench,
} from './workbench.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'states-'))
const arn = 'arn:aws:states:eu-central-1:000000000000:execution:m:m'
const call = (Payload: unknown) => ({
  Type: 'Task',
  Resource: INVOKE,
  Arguments: { FunctionName: 'f', Payload },
  Output: '{% $states.result.Payload %}',
})

/** A function that fails while `broken` contains its payload. */
function repairable(...broken: unknown[]) {
  const calls: unknown[] = []
  const lambda = async (payload: unknown) => {
    calls.push(payload)
    return broken.includes(payload) ? throws('Oops') : returns(payload)
  }
  return { calls, broken, lambda }
}

const variables = states('First', {
  First: { Type: 'Pass', Assign: { x: 'kept' }, Output: 'in', Next: 'Work' },
  Work: {
    ...call('{% $states.input & $x %}'),
    Assign: { y: 1 },
    Output: [
      '{% $states.result.Payload %}',
      '{% $exists($y) %}',
      '{% $states.context.Execution.RedriveCount %}',
    ],
    End: true,
  },
})

test('a redrive resumes at the failed state, with its input and variables', async () => {
  const { calls, broken, lambda } = repairable('inkept')
  const bench = workbench({ lambda })
  const execution = await bench.run(variables)
  expect(execution.status).toBe('FAILED')
  broken.length = 0
  await bench.clock.advance(5000)
  bench.machines.redrive(arn)
  await bench.clock.settle()
  expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '["inkept",false,1]' })
  expect(calls).toEqual(['inkept', 'inkept'])
  const types = execution.history.map(({ type }) => type)
  expect(types.slice(types.indexOf('ExecutionFailed'))).toEqual([
    'ExecutionFailed',
    'ExecutionRedriven',
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ])
  expect(execution.history.map(({ id }) => id)).toEqual(types.map((_, index) => index + 1))
  expect(bench.changes.map(({ detail }) => detail.status)).toEqual([
    'RUNNING',
    'FAILED',
    'RUNNING',
    'SUCCEEDED',
  ])
})

test('a redrive of a Map runs only the iterations that did not succeed', async () => {
  const { calls, broken, lambda } = repairable('b')
  const bench = workbench({ lambda })
  const processor = {
    StartAt: 'Each',
    States: { Each: { ...call('{% $states.input %}'), End: true } },
  }
  const execution = await bench.run(
    only({ Type: 'Map', MaxConcurrency: 1, ItemProcessor: processor }),
    ['a', 'b', 'c'],
  )
  broken.length = 0
  bench.machines.redrive(arn)
  await bench.clock.settle()
  expect(calls).toEqual(['a', 'b', 'b', 'c'])
  expect(execution.output).toBe('["a","b","c"]')
})

test('a redrive of a Parallel runs only the branch that failed', async () => {
  const { calls, broken, lambda } = repairable('b')
  const bench = workbench({ lambda })
  const branch = (name: string, first: object) => ({
    StartAt: `${name}1`,
    States: { [`${name}1`]: { ...first, Next: name }, [name]: { ...call(name), End: true } },
  })
  const Branches = [branch('a', { Type: 'Pass' }), branch('b', { Type: 'Wait', Seconds: 1 })]
  const execution = await bench.run(only({ Type: 'Parallel', Branches }))
  await bench.clock.advance(1000)
  broken.length = 0
  bench.machines.redrive(arn)
  await bench.clock.settle()
  expect(calls).toEqual(['a', 'b', 'b'])
  expect(execution.output).toBe('["a","b"]')
})

test('a redrive of a TIMED_OUT execution has its whole TimeoutSeconds again', async () => {
  const bench = workbench()
  const moment = '2026-01-01T00:00:15Z'
  const execution = await bench.run(
    states('W', { W: { Type: 'Wait', Timestamp: moment, End: true } }, { TimeoutSeconds: 10 }),
  )
  await bench.clock.advance(10_000)
  expect(execution.status).toBe('TIMED_OUT')
  bench.machines.redrive(arn)
  await bench.clock.advance(4999)
  expect(execution.status).toBe('RUNNING')
  await bench.clock.advance(1)
  expect(execution.status).toBe('SUCCEEDED')
})

test('a redrive resets the attempts of the failed retrier', async () => {
  const { calls, lambda } = repairable('x')
  const bench = workbench({ lambda })
  const Retry = [{ ErrorEquals: ['Oops'], MaxAttempts: 1 }]
  await bench.run(only({ ...call('x'), Retry }))
  await bench.clock.advance(1000)
  expect(calls).toHaveLength(2)
  bench.machines.redrive(arn)
  await bench.clock.advance(1000)
  expect(calls).toHaveLength(4)
})

test('an execution that succeeded, or closed over 14 days ago, cannot be redriven', async () => {
  const good = workbench()
  await good.run(only({ Type: 'Pass' }))
  expect(() => good.machines.redrive(arn)).toThrow('Execution is SUCCEEDED and cannot be redriven')
  const bad = workbench()
  await bad.run(states('F', { F: { Type: 'Fail' } }))
  await bad.clock.advance(14 * 86_400_000 + 1)
  expect(() => bad.machines.redrive(arn)).toThrow('Execution redrivable period exceeded')
})

const waiting = {
  Type: 'Task',
  Resource: INVOKE_AND_WAIT,
  Arguments: { FunctionName: 'f', Payload: '{% $states.context.Task.Token %}' },
}

test('after a restart a running execution is ABORTED, is reported on request, and can be redriven', async () => {
  const stateDir = folder()
  const tokens: string[] = []
  const lambda = async (payload: unknown) => {
    tokens.push(String(payload))
    return returns(null)
  }
  const definition = states('First', {
    First: { Type: 'Pass', Assign: { x: 'kept' }, Next: 'Wait' },
    Wait: { ...waiting, Next: 'Last' },
    Last: { Type: 'Pass', Output: ['{% $states.input %}', '{% $x %}'], End: true },
  })
  await workbench({ stateDir, lambda }).run(definition)

  const bench = workbench({ stateDir, lambda, clock: new ManualClock(Date.UTC(2026, 0, 2)) })
  const execution = bench.machines.execution(arn)
  expect(execution).toMatchObject({ status: 'ABORTED', error: 'Local.Restarted' })
  expect(bench.changes).toEqual([])
  bench.machines.reportAborted()
  bench.machines.reportAborted()
  expect(bench.changes.map(({ detail }) => [detail.executionArn, detail.status])).toEqual([
    [arn, 'ABORTED'],
  ])
  expect(() => bench.machines.tokens.waiting(tokens[0] ?? '')).toThrow('Task Timed Out')

  bench.machines.redrive(arn)
  await bench.clock.settle()
  bench.machines.tokens.waiting(tokens[1] ?? '').succeed('"answer"')
  await bench.clock.settle()
  expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '["answer","kept"]' })
})

test('stored executions are the same after a restart, except for an incomplete last line', async () => {
  const stateDir = folder()
  const { lambda } = repairable('b')
  const processor = {
    StartAt: 'Each',
    States: { Each: { ...call('{% $states.input %}'), End: true } },
  }
  const definition = only({ Type: 'Map', MaxConcurrency: 1, ItemProcessor: processor })
  const before = await workbench({ stateDir, lambda }).run(definition, ['a', 'b'])
  appendFileSync(join(stateDir, 'executions.jsonl'), '{"kind":"event","arn":"')
  for (let restart = 0; restart < 2; restart++) {
    const { machines } = workbench({ stateDir })
    expect(machines.execution(arn)).toEqual(before)
  }
  const calls: unknown[] = []
  const after = workbench({
    stateDir,
    lambda: async (payload) => {
      calls.push(payload)
      return returns(payload)
    },
  })
  after.machines.redrive(arn)
  await after.clock.settle()
  expect(calls).toEqual(['b'])
  expect(after.machines.execution(arn).output).toBe('["a","b"]')
})

test('an execution is deleted 90 days after it closed', async () => {
  const stateDir = folder()
  const bench = workbench({ stateDir })
  await bench.run(only({ Type: 'Pass' }))
  const later = new ManualClock(bench.clock.now() + 90 * 86_400_000 + 1)
  const { machines } = workbench({ stateDir, clock: later })
  expect(() => machines.execution(arn)).toThrow('Execution Does Not Exist')
  machines.register({ arn: machineArn('m'), name: 'm', definition: only({ Type: 'Pass' }) })
  expect(machines.start(machineArn('m'), '{}', 'm').status).toBe('RUNNING')
})
