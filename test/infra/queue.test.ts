/** The queue of messages: order and deduplication within a session, and no loss. */
import { expect, test } from 'vitest'
import * as z from 'zod'
import { idIn, propertiesOf, resources } from './support/template.ts'

const queue = z.object({
  FifoQueue: z.boolean(),
  SqsManagedSseEnabled: z.boolean(),
  DeduplicationScope: z.string(),
  FifoThroughputLimit: z.string(),
  MessageRetentionPeriod: z.number(),
  VisibilityTimeout: z.number().default(30),
  RedrivePolicy: z
    .object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() })
    .optional(),
})
const queues = propertiesOf('AWS::SQS::Queue', queue)
const isDeadLetters = (id: string) =>
  queues.some(([, { RedrivePolicy }]) => RedrivePolicy?.deadLetterTargetArn === `<${id}.Arn>`)

test.each(queues)('%s keeps order and deduplicates within a session', (_, properties) => {
  expect(properties).toMatchObject({
    FifoQueue: true,
    DeduplicationScope: 'messageGroup',
    FifoThroughputLimit: 'perMessageGroupId',
  })
})

test.each(queues)('%s is encrypted by a key of SQS', (_, { SqsManagedSseEnabled }) => {
  expect(SqsManagedSseEnabled).toBe(true)
})

test.each(queues)('%s keeps messages for the maximum of SQS', (_, { MessageRetentionPeriod }) => {
  expect(MessageRetentionPeriod).toBe(14 * 24 * 60 * 60)
})

test.each(queues)('%s is a dead-letter queue or has one', (id, { RedrivePolicy }) => {
  expect(isDeadLetters(id)).toBe(RedrivePolicy === undefined)
})

const policy = z.object({
  Queues: z.array(z.string()),
  PolicyDocument: z.object({ Statement: z.array(z.unknown()) }),
})

test.each(queues)('%s accepts TLS only', (id) => {
  const policies = propertiesOf('AWS::SQS::QueuePolicy', policy).filter(([, { Queues }]) =>
    Queues.includes(`<${id}>`),
  )
  expect(policies.flatMap(([, { PolicyDocument }]) => PolicyDocument.Statement)).toContainEqual(
    expect.objectContaining({
      Action: 'sqs:*',
      Effect: 'Deny',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      Resource: `<${id}.Arn>`,
    }),
  )
})

const source = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  FunctionResponseTypes: z.array(z.string()).default([]),
})
const sources = propertiesOf('AWS::Lambda::EventSourceMapping', source)

test.each(sources)('%s: a message is redelivered only after its consumer must have ended', (_, {
  EventSourceArn,
  FunctionName,
}) => {
  const { Timeout } = z
    .object({ Timeout: z.number() })
    .parse(resources[idIn(FunctionName)]?.Properties)
  const { VisibilityTimeout } = queue.parse(resources[idIn(EventSourceArn)]?.Properties)
  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * Timeout)
})

test.each(sources)('%s: one failed message does not redeliver the others', (_, mapping) => {
  expect(mapping.FunctionResponseTypes).toEqual(['ReportBatchItemFailures'])
})
