/** `baton redrive` with a deployment, which it reaches by the operator's AWS credentials. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { QUEUE_IDS } from '../../lib/resources/queue-ids.ts'
import { runCli } from '../support/cli.ts'
import { answer, startProvider } from '../unit/channels/provider.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'baton-redrive-'))
afterAll(() => rmSync(folder, { recursive: true }))
const aws = await startProvider()

const run = (words: readonly string[]) =>
  runCli(['redrive', ...words], {
    cwd: folder,
    env: {
      HOME: folder,
      BATON_TOKEN: 'test-token',
      BATON_URL: aws.url,
      BATON_STATE: folder,
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  })

const QUEUE_TYPE = 'AWS::SQS::Queue'
const resource = (logicalId: string, type: string, id: string) =>
  `<member><LogicalResourceId>${logicalId}</LogicalResourceId><ResourceType>${type}</ResourceType><PhysicalResourceId>${id}</PhysicalResourceId><LastUpdatedTimestamp>2026-11-30T00:00:00Z</LastUpdatedTimestamp><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>`
const queueUrl = (name: string) => `${aws.url}/123456789012/${name}.fifo`
const stackOf = (names: readonly (keyof typeof QUEUE_IDS)[]) =>
  `<ListStackResourcesResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><ListStackResourcesResult><StackResourceSummaries>${names
    .map((name) => resource(QUEUE_IDS[name].queue, QUEUE_TYPE, queueUrl(name)))
    .join('')}</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`
const QUEUES = ['Deliveries', 'Cancellations', 'Failures'] as const

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

type Answer = { readonly status: number; readonly content: object }

/**
 * The operator's account, whose dead-letter queue hands out these bodies and then nothing. Its Baton knows
 * no session. Returns what is asked of SQS.
 */
function account(bodies: readonly object[], send: (body: string) => Answer) {
  const Messages = bodies.map((body, i) => ({
    MessageId: `c0ffee${i}`,
    ReceiptHandle: `held${i}`,
    Body: JSON.stringify(body),
    MD5OfBody: md5(JSON.stringify(body)),
    Attributes: { MessageGroupId: 'main', SentTimestamp: '1790000000000' },
  }))
  const asked: Record<string, unknown>[] = []
  const isEmpty = () => asked.filter((each) => each.operation === 'ReceiveMessage').length % 2 === 0
  aws.react = (response, received) => {
    const { path: route, headers, body } = received
    if (route.startsWith('/api/')) return answer(404, { detail: 'none' })(response, received)
    const operation = String(headers['x-amz-target'] ?? '').split('.')[1] ?? ''
    if (operation === '') return void response.end(stackOf(QUEUES))
    asked.push({ operation, ...JSON.parse(body) })
    const letters = { Messages: isEmpty() ? [] : Messages }
    const { status, content } =
      operation === 'SendMessage'
        ? send(body)
        : { status: 200, content: operation === 'ReceiveMessage' ? letters : {} }
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
    response.end(JSON.stringify(content))
  }
  return asked
}

const CANCELLATION = { sessionId: 'main', messageId: 'm1', run: 4 }
const sent = (body: string): Answer => ({
  status: 200,
  content: { MessageId: 'new', MD5OfMessageBody: md5(JSON.parse(body).MessageBody) },
})

test('a message is deleted after it was sent, in its group and under a new id', async () => {
  const asked = account([CANCELLATION], sent)
  const back = await run(['--all'])
  expect(back).toMatchObject({ status: 0, out: 'Put back: cancellation of main: end run r4\n' })
  expect(asked.filter(({ operation }) => operation !== 'ReceiveMessage')).toEqual([
    {
      operation: 'SendMessage',
      QueueUrl: queueUrl('Cancellations'),
      MessageBody: JSON.stringify(CANCELLATION),
      MessageGroupId: 'main',
      MessageDeduplicationId: 'redrive.c0ffee0',
    },
    { operation: 'DeleteMessage', QueueUrl: queueUrl('Failures'), ReceiptHandle: 'held0' },
  ])
})

test('a message that cannot be sent stays, is shown again, and the exit status is 1', async () => {
  const refusal = { __type: 'AccessDeniedException', message: 'sqs:SendMessage is not allowed' }
  const asked = account([CANCELLATION], () => ({ status: 403, content: refusal }))
  const back = await run(['--all'])
  expect(back).toMatchObject({
    status: 1,
    out: 'Stays:    cancellation of main: end run r4; sqs:SendMessage is not allowed\n',
    err: expect.stringContaining('1 of 1 stay'),
  })
  const operations = asked.map(({ operation }) => operation)
  expect(operations).not.toContain('DeleteMessage')
  expect(asked).toContainEqual({
    operation: 'ChangeMessageVisibilityBatch',
    QueueUrl: queueUrl('Failures'),
    Entries: [{ Id: '0', ReceiptHandle: 'held0', VisibilityTimeout: 0 }],
  })
})

test('a message of another version stays, and so do later ones of its conversation', async () => {
  const to = { channel: 'sms', address: '+15550101' }
  const delivery = { sessionId: 'gone', seq: 1, name: 'reply.a', to }
  const asked = account([{ sessionId: 'main' }, CANCELLATION, delivery], sent)
  const { out } = await run([])
  expect(out).toMatch(/^unknown .*this version of Baton does not know it/m)
  expect(out).toMatch(/^delivery .*its session was deleted/m)
  const back = await run(['--all', '--json'])
  expect(back.status).toBe(1)
  expect(back.events()).toMatchObject([
    { kind: 'unknown', outcome: 'stays', problem: expect.stringContaining('this version') },
    { kind: 'cancellation', outcome: 'stays', problem: expect.stringContaining('an earlier one') },
    { kind: 'delivery', outcome: 'stays' },
  ])
  expect(asked.map(({ operation }) => operation)).not.toContain('SendMessage')
})

test('a stack without the queues is an error that says what to do', async () => {
  aws.react = (response) => void response.end(stackOf([]))
  expect(await run([])).toMatchObject({
    status: 1,
    err: expect.stringMatching(/no queue Failures.*\n.*--stack/),
  })
})
