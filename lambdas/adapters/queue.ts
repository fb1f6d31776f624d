/** The queue of messages: FIFO, one group a session, deduplicated by message id. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod'
import { variable } from './environment.ts'

const queue = new SQSClient({ maxAttempts: 4 })

/** What is on the queue: ids only, the body is stored already. */
export const queued = z.object({
  sessionId: z.string(),
  messageId: z.string(),
  channel: z.enum(['http', 'sms', 'email']),
})
export type Queued = z.infer<typeof queued>

export const enqueue = (message: Queued) =>
  queue.send(
    new SendMessageCommand({
      QueueUrl: variable('QUEUE_URL'),
      MessageBody: JSON.stringify(message),
      MessageGroupId: message.sessionId,
      MessageDeduplicationId: message.messageId,
    }),
  )
