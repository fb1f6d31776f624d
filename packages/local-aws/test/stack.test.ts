/** A whole stack, driven from outside by HTTP and the real SDK. */
import { PutItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { homeFor } from '../src/no-profile.ts'
import { ManualClock } from './fixture/manual-clock.ts'
import { eventually, type Running, run } from './fixture/run.ts'
import { synthesise } from './fixture/stack.ts'

let aws: Running
// The system's time, because signatures and message timers are checked against it.
const clock = new ManualClock(Date.now())

beforeAll(async () => {
  aws = await run(synthesise(), { clock, lambdaEnv: { ADDED: 'by the operator' } })
})
afterAll(() => aws?.close())

async function post(group: string, body: string, key: string): Promise<string> {
  const response = await fetch(`${aws.url}/messages/${group}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/plain', 'idempotency-key': key },
  })
  expect(response.status).toBe(202)
  return z.object({ messageId: z.string() }).parse(await response.json()).messageId
}

test('a request reaches a table through a queue', async () => {
  const id = await post('a', 'hello', 'key-1')
  expect(await eventually(() => aws.item(id))).toMatchObject({ body: 'hello', receives: '1' })
})

test('a deduplication id applies within its message group only', async () => {
  const [first, again, other] = [
    await post('b', 'one', 'key-2'),
    await post('b', 'one', 'key-2'),
    await post('c', 'one', 'key-2'),
  ]
  expect(again).toBe(first)
  expect(other).not.toBe(first)
})

test('a message that keeps failing reaches the dead-letter queue, and its group continues', async () => {
  const failed = await post('d', 'fail', 'key-3')
  const next = await post('d', 'after it', 'key-4')
  expect(await eventually(() => aws.item(next))).toMatchObject({ body: 'after it' })
  expect(await aws.item(failed)).toMatchObject({ receives: '2' })
  const QueueUrl = aws.resources.find('Fixture/Dead').physicalId
  const { Messages = [] } = await aws.sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'] }),
  )
  expect(Messages).toMatchObject([
    { Body: 'fail', Attributes: { MessageGroupId: 'd', MessageDeduplicationId: 'key-3' } },
  ])
})

test('five concurrent functions serve twenty message groups', async () => {
  const QueueUrl = aws.resources.find('Fixture/Queue').physicalId
  const sent = await Promise.all(
    Array.from({ length: 20 }, (_, index) => {
      const ids = { MessageGroupId: `many-${index}`, MessageDeduplicationId: 'same' }
      return aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', ...ids }))
    }),
  )
  await Promise.all(sent.map(({ MessageId = '' }) => eventually(() => aws.item(MessageId))))
})

test('a state machine runs its function, and a rule receives the end of the execution', async () => {
  const stateMachineArn = aws.resources.find(
    'Fixture/Machine',
    'AWS::StepFunctions::StateMachine',
  ).physicalId
  const { executionArn } = await aws.sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: '{"id":"from-machine"}' }),
  )
  const ended = await eventually(async () => {
    const execution = await aws.sfn.send(new DescribeExecutionCommand({ executionArn }))
    return execution.status === 'RUNNING' ? undefined : execution
  })
  expect(ended).toMatchObject({ status: 'SUCCEEDED', output: '{"noted":"from-machine"}' })
  const TableName = aws.resources.find('Fixture/Table').physicalId
  const received = await eventually(async () => {
    const { Items = [] } = await aws.dynamodb.send(new ScanCommand({ TableName }))
    return Items.map((item) => item.event?.S ?? '').find((event) => event.includes('"aws.states"'))
  })
  expect(JSON.parse(received)).toMatchObject({
    'detail-type': 'Step Functions Execution Status Change',
    detail: { executionArn, status: 'SUCCEEDED', stateMachineArn },
  })
})

test('a schedule fires when it is due, not before', async () => {
  await clock.advance(4 * 60_000)
  expect(await aws.item('swept')).toBeUndefined()
  await clock.advance(60_000)
  expect(await eventually(() => aws.item('swept'))).toMatchObject({ event: '{"id":"swept"}' })
})

test('items are found by a secondary index, and expire after their time to live', async () => {
  const TableName = aws.resources.find('Fixture/Table').physicalId
  const put = (id: string, expires: number) =>
    aws.dynamodb.send(
      new PutItemCommand({
        TableName,
        Item: { id: { S: id }, body: { S: 'mortal' }, expires: { N: String(expires) } },
      }),
    )
  const seconds = Math.floor(clock.now() / 1000)
  await put('short', seconds + 10)
  await put('long', seconds + 10_000)
  await clock.advance(61_000)
  await eventually(async () => ((await aws.item('short')) === undefined ? true : undefined))
  const { Items } = await aws.dynamodb.send(
    new QueryCommand({
      TableName,
      IndexName: 'byBody',
      KeyConditionExpression: 'body = :body',
      ExpressionAttributeValues: { ':body': { S: 'mortal' } },
    }),
  )
  expect(Items).toMatchObject([{ id: { S: 'long' } }])
})

test('a secret without a value is generated, and its function can read it', async () => {
  const read = await fetch(`${aws.url}/secret`)
  expect(await read.json()).toMatchObject({
    Name: 'fixture/token',
    SecretString: expect.stringMatching(/^.{32}$/),
  })
})

test("a function sees its template's variables and the added ones, and nothing of this machine", async () => {
  const seen = await (await fetch(`${aws.url}/echo/a/b`)).json()
  expect(seen).toMatchObject({
    env: {
      QUEUE_URL: aws.resources.find('Fixture/Queue').physicalId,
      ADDED: 'by the operator',
      API_URL: `${aws.url}/`,
      HOME: homeFor().HOME ?? null,
      AWS_CONFIG_FILE: '/dev/null',
    },
  })
  expect(aws.outputs).toEqual({ ApiUrl: `${aws.url}/` })
})
