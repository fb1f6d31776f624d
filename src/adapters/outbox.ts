/** How much is on the outbox, apart from what sends to it, so that who only looks loads no more. */
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { env } from './environment.ts'

const client = new SQSClient({ maxAttempts: 2 })

/** Returns about how many messages to people are on the outbox: not sent yet, being sent, or to be tried again. */
export async function outboxLength(): Promise<number> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: env('OUTBOX_URL'),
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  )
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0)
}
