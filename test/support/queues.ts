/** The queues of a local Baton, for a test that cannot wait as long as they do. */
import { SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect } from 'vitest'
import type { DeliveryRecord } from '../../src/channels/delivery.ts'
import type { TestBaton } from './baton.ts'

/** Redelivers messages whose consumer crashed after ten seconds instead of some minutes. */
export async function redeliverSoon({ aws }: TestBaton, constructPath: string): Promise<void> {
  const { region, endpoint, credentials, resources } = aws
  const sqs = new SQSClient({ region, endpoint, credentials })
  const QueueUrl = resources.find(constructPath, 'AWS::SQS::Queue').physicalId
  const Attributes = { VisibilityTimeout: '10' }
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }))
}

export const OUTBOX = 'Baton/Queues/Deliveries'

/** Has the outbox deliver everything a session sent once more, as a queue may at any time. */
export async function deliverAgain(baton: TestBaton, session: string): Promise<void> {
  for (const outcome of await receiveAgain(baton, session, 2))
    expect(outcome).toMatchObject({ ok: true, payload: { batchItemFailures: [] } })
}

/** Has the outbox receive everything a session sent once more, for the given time. Returns the outcomes. */
export async function receiveAgain(baton: TestBaton, session: string, received: number) {
  const outcomes = []
  for (const { seq, deliveries = [] } of await baton.history(session))
    for (const delivery of deliveries) {
      const message = { sessionId: session, seq, ...outgoing(delivery) }
      const Records = [recordOf(message, session, received)]
      outcomes.push(await baton.aws.invoke('Baton/Delivery/DeliverMessage', { Records }))
    }
  return outcomes
}

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
