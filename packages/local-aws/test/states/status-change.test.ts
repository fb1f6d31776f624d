/** The EventBridge events of an execution. */
import { expect, test } from 'vitest'
import { only, states, workbench } from './workbench.ts'

const arn = 'arn:aws:states:eu-central-1:000000000000'
const start = Date.UTC(2026, 0, 1)

const common = {
  version: '0',
  id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  'detail-type': 'Step Functions Execution Status Change',
  source: 'aws.states',
  account: '000000000000',
  region: 'eu-central-1',
  resources: [`${arn}:execution:m:m`],
}

const detail = {
  executionArn: `${arn}:execution:m:m`,
  stateMachineArn: `${arn}:stateMachine:m`,
  name: 'm',
  startDate: start,
  input: '{"a":1}',
  inputDetails: { included: true },
  stateMachineVersionArn: null,
  stateMachineAliasArn: null,
  redriveCount: 0,
  redriveDate: null,
  error: null,
  cause: null,
}

test('one event reports the start, and one the end', async () => {
  const { run, clock, changes } = workbench()
  await run(only({ Type: 'Wait', Seconds: 2, Output: 'fine' }), { a: 1 })
  await clock.advance(2000)
  expect(changes).toEqual([
    {
      ...common,
      time: '2026-01-01T00:00:00Z',
      detail: {
        ...detail,
        status: 'RUNNING',
        stopDate: null,
        output: null,
        outputDetails: null,
        redriveStatus: 'NOT_REDRIVABLE',
        redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
      },
    },
    {
      ...common,
      time: '2026-01-01T00:00:02Z',
      detail: {
        ...detail,
        status: 'SUCCEEDED',
        stopDate: start + 2000,
        output: '"fine"',
        outputDetails: { included: true },
        redriveStatus: 'NOT_REDRIVABLE',
        redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
      },
    },
  ])
})

test('the end of a failed execution has error and cause, and that it can be redriven', async () => {
  const { run, changes } = workbench()
  await run(states('F', { F: { Type: 'Fail', Error: 'E', Cause: 'C' } }))
  expect(changes.at(-1)?.detail).toMatchObject({
    status: 'FAILED',
    error: 'E',
    cause: 'C',
    redriveStatus: 'REDRIVABLE',
    redriveStatusReason: null,
  })
})

test('an input that does not fit together with the output is omitted', async () => {
  const { run, changes } = workbench()
  await run(only({ Type: 'Pass' }), 'x'.repeat(150 * 1024))
  expect(changes.map(({ detail: { input, output } }) => [input === null, output === null])).toEqual(
    [
      [false, true],
      [true, false],
    ],
  )
})
