/** The Step Functions API through the real SDK client. */
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  RedriveExecutionCommand,
  SendTaskHeartbeatCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { serve } from './json-server.ts'
import { machineArn, only, REGION, states, workbench } from './workbench.ts'

const stateMachineArn = machineArn('m')
const executionArn = 'arn:aws:states:eu-central-1:000000000000:execution:m:one'
const waits = only({ Type: 'Wait', Seconds: 60 })

let bench: ReturnType<typeof workbench>
let server: Awaited<ReturnType<typeof serve>>
let client: SFNClient

beforeEach(async () => {
  bench = workbench()
  bench.machines.register({ arn: stateMachineArn, name: 'm', definition: waits })
  server = await serve(bench.api)
  client = new SFNClient({
    region: REGION,
    endpoint: server.endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
})

afterEach(() => {
  client.destroy()
  server.close()
})

const start = (name = 'one', input?: string) =>
  client.send(
    new StartExecutionCommand({ stateMachineArn, name, ...(input === undefined ? {} : { input }) }),
  )

test('an execution keeps the definition with which it was started', async () => {
  await start('before')
  const definition = only({ Type: 'Pass', Output: 'at once' })
  await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition }))
  await start('after')
  await bench.clock.advance(1000)
  const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn }))
  expect(executions.map(({ name, status }) => [name, status]).sort()).toEqual([
    ['after', 'SUCCEEDED'],
    ['before', 'RUNNING'],
  ])
  const update = new UpdateStateMachineCommand({ stateMachineArn, definition: '{}' })
  await expect(client.send(update)).rejects.toMatchObject({ name: 'InvalidDefinition' })
})

test('a repeated start with the same name and input returns the running execution', async () => {
  const first = await start()
  await bench.clock.advance(1000)
  expect(first.startDate).toEqual(new Date('2026-01-01T00:00:00Z'))
  const again = await start()
  expect([again.executionArn, again.startDate]).toEqual([executionArn, first.startDate])
  await expect(start('one', '{"a":1}')).rejects.toMatchObject({
    name: 'ExecutionAlreadyExists',
    message: `Execution Already Exists: '${executionArn}'`,
  })
  await bench.clock.advance(60_000)
  await expect(start()).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' })
})

test('an execution is described while it runs and after it has ended', async () => {
  await start('one', '{"a": 1}')
  const describe = () => client.send(new DescribeExecutionCommand({ executionArn }))
  expect(await describe()).toMatchObject({
    status: 'RUNNING',
    input: '{"a": 1}',
    inputDetails: { included: true },
    redriveCount: 0,
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
  })
  await bench.clock.advance(60_000)
  expect(await describe()).toMatchObject({
    status: 'SUCCEEDED',
    output: '{"a":1}',
    stopDate: new Date('2026-01-01T00:01:00Z'),
  })
})

test('StopExecution aborts with error and cause, and does nothing to an execution that has ended', async () => {
  await start()
  const stop = () => client.send(new StopExecutionCommand({ executionArn, error: 'E', cause: 'C' }))
  const { stopDate } = await stop()
  await bench.clock.advance(1000)
  expect((await stop()).stopDate).toEqual(stopDate)
  const { status, error, cause, redriveStatus } = await client.send(
    new DescribeExecutionCommand({ executionArn }),
  )
  expect([status, error, cause, redriveStatus]).toEqual(['ABORTED', 'E', 'C', 'REDRIVABLE'])
  const { events } = await client.send(
    new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }),
  )
  expect(events).toMatchObject([
    {
      type: 'ExecutionAborted',
      previousEventId: 0,
      executionAbortedEventDetails: { error: 'E', cause: 'C' },
    },
  ])
})

test('the history is paged, in both orders', async () => {
  await start()
  await bench.clock.advance(60_000)
  const types = async (reverseOrder: boolean) => {
    const seen: (string | undefined)[] = []
    let nextToken: string | undefined
    do {
      const page = await client.send(
        new GetExecutionHistoryCommand({ executionArn, maxResults: 3, reverseOrder, nextToken }),
      )
      seen.push(...(page.events ?? []).map(({ type }) => type))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    return seen
  }
  const expected = ['ExecutionStarted', 'WaitStateEntered', 'WaitStateExited', 'ExecutionSucceeded']
  expect(await types(false)).toEqual(expected)
  expect(await types(true)).toEqual(expected.toReversed())
})

test('executions are listed newest first, by status and page', async () => {
  for (const name of ['one', 'two', 'three']) {
    await start(name)
    await bench.clock.advance(1000)
  }
  await client.send(new StopExecutionCommand({ executionArn }))
  const list = async (more: object) => {
    const page = await client.send(new ListExecutionsCommand({ stateMachineArn, ...more }))
    return { names: page.executions?.map(({ name }) => name), nextToken: page.nextToken }
  }
  expect((await list({})).names).toEqual(['one', 'three', 'two'])
  const first = await list({ statusFilter: 'RUNNING', maxResults: 1 })
  expect(first.names).toEqual(['three'])
  const second = await list({ statusFilter: 'RUNNING', maxResults: 1, nextToken: first.nextToken })
  expect(second).toEqual({ names: ['two'], nextToken: undefined })
})

test('RedriveExecution is idempotent by client token', async () => {
  const definition = states('F', { F: { Type: 'Fail' } })
  bench.machines.register({ arn: stateMachineArn, name: 'm', definition })
  await start()
  await bench.clock.settle()
  const redrive = () =>
    client.send(new RedriveExecutionCommand({ executionArn, clientToken: 'token' }))
  const first = await redrive()
  await bench.clock.advance(1000)
  expect((await redrive()).redriveDate).toEqual(first.redriveDate)
  const described = await client.send(new DescribeExecutionCommand({ executionArn }))
  expect(described).toMatchObject({ redriveCount: 1, status: 'FAILED' })
})

test('machines are listed and described', async () => {
  const { stateMachines } = await client.send(new ListStateMachinesCommand({}))
  expect(stateMachines).toMatchObject([{ stateMachineArn, name: 'm', type: 'STANDARD' }])
  const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn }))
  expect(described).toMatchObject({ definition: waits, status: 'ACTIVE' })
})

const missing = machineArn('none')

test.each([
  ['InvalidName', 'Invalid Name', () => start('a b')],
  ['InvalidName', 'Invalid Name', () => start('x'.repeat(81))],
  ['InvalidExecutionInput', 'Invalid State Machine Execution Input', () => start('one', 'no json')],
  ['InvalidExecutionInput', "'Invalid execution input.'", () => start('one', '')],
  ['InvalidExecutionInput', 'larger', () => start('one', `"${'x'.repeat(262_144)}"`)],
  [
    'StateMachineDoesNotExist',
    `State Machine Does Not Exist: '${missing}'`,
    () => client.send(new StartExecutionCommand({ stateMachineArn: missing })),
  ],
  [
    'InvalidArn',
    "Invalid Arn: 'Invalid ARN prefix: x'",
    () => client.send(new StartExecutionCommand({ stateMachineArn: 'x' })),
  ],
  [
    'ExecutionDoesNotExist',
    `Execution Does Not Exist: '${executionArn}'`,
    () => client.send(new DescribeExecutionCommand({ executionArn })),
  ],
  [
    'InvalidToken',
    "Invalid Token: 'Invalid token'",
    () => client.send(new SendTaskHeartbeatCommand({ taskToken: 'x' })),
  ],
  [
    'ValidationException',
    "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
    () => client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1001 })),
  ],
  [
    'ValidationException',
    '[SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]',
    () =>
      client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'DONE' as never })),
  ],
])('%s: %s', async (name, message, call) => {
  await expect(call()).rejects.toMatchObject({ name, message: expect.stringContaining(message) })
})

test.each(['5', '"text"', 'null', '[]'])('any JSON is an input: %s', async (input) => {
  await start('one', input)
  const described = await client.send(new DescribeExecutionCommand({ executionArn }))
  expect(described.input).toBe(input)
})
