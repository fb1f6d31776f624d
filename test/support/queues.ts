/** The queues of a local Baton, for a test that cannot wait as long as they do. */
import { SendMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect } from 'vitest'
import type { DeliveryRecord } from '../../src/channels/delivery.ts'
import type { TestBaton } from './baton.ts'

/** Redelivers messages whose consumer crashed after ten seconds instead of some minutes. */
export const redeliverSoon = (baton: TestBaton, constructPath: string): Promise<void> =>
  setAttributes(baton, constructPath, {})

/** Gives messages up when their first attempt has failed, ten seconds after it began. */
export const giveUpSoon = (baton: TestBaton, constructPath: string): Promise<void> =>
  setAttributes(baton, constructPath, {
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: baton.aws.resources.find(FAILURES, 'AWS::SQS::Queue').arn,
      maxReceiveCount: 1,
    }),
  })

/** Puts everything a session sent on the dead-letter queue. */
export async function giveUpAgain(baton: TestBaton, session: string): Promise<void> {
  const { sqs, QueueUrl } = queueAt(baton, FAILURES)
  for (const message of await outgoingOf(baton, session))
    await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: JSON.stringify(message),
        MessageGroupId: session,
        MessageDeduplicationId: `${message.seq}.${message.name}`,
      }),
    )
}

function queueAt({ aws }: TestBaton, constructPath: string) {
  const { region, endpoint, credentials, resources } = aws
  const sqs = new SQSClient({ region, endpoint, credentials })
  return { sqs, QueueUrl: resources.find(constructPath, 'AWS::SQS::Queue').physicalId }
}

async function setAttributes(
  baton: TestBaton,
  constructPath: string,
  more: Readonly<Record<string, string>>,
): Promise<void> {
  const { sqs, QueueUrl } = queueAt(baton, constructPath)
  const Attributes = { VisibilityTimeout: '10', ...more }
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }))
}

export const OUTBOX = 'Baton/Queues/Deliveries'
export const CANCELLATIONS = 'Baton/Queues/Cancellations'
const FAILURES = 'Baton/Queues/Failures'

/** Has the outbox deliver everything a session sent once more, as a queue may at any time. */
export async function deliverAgain(baton: TestBaton, session: string): Promise<void> {
  for (const outcome of await receiveAgain(baton, session, 2))
    expect(outcome).toMatchObject({ ok: true, payload: { batchItemFailures: [] } })
}

/** Has the outbox receive everything a session sent once more, for the given time. Returns the outcomes. */
export async function receiveAgain(baton: TestBaton, session: string, received: number) {
  const outcomes = []
  for (const message of await outgoingOf(baton, session)) {
    const Records = [recordOf(message, session, received)]
    outcomes.push(await baton.aws.invoke('Baton/Delivery/DeliverMessage', { Records }))
  }
  return outcomes
}

/** Returns what the outbox had for a session, oldest first. */
const outgoingOf = async (baton: TestBaton, sessionId: string) =>
  (await baton.history(sessionId)).flatMap(({ seq, deliveries = [] }) =>
    deliveries.map((delivery) => ({ sessionId, seq, ...outgoing(delivery) })),
  )

const outgoing = ({ name, to: address, channel }: DeliveryRecord & { readonly name: string }) => ({
  name,
  to: { channel, address, ...(channel === 'email' && { subject: 'Re: Hello' }) },
})

const recordOf = (message: object, group: string, received: number) => ({
  messageId: 'delivered-by-the-test',
  receiptHandle: 'none',
  body: JSON.stringify(message),
  attributes: { MessageGroupId: group, ApproximateReceiveCount: String(received) },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:outbox.fifo',
  awsRegion: 'eu-west-1',
})
