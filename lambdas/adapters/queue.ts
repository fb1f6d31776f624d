/** The queue of messages: FIFO, one group a session, deduplicated by message id. */
import { randomUUID } from 'node:crypto'
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

/**
 * `first`: the message was not known before, so the queue must not take it for one: an id may be used again after its
 * session was deleted, while the queue still remembers it.
 */

export const enqueue = (message: Queued, { first }: { first: boolean }) =>
  queue.send(
    new SendMessageCommand({
      QueueUrl: variable('QUEUE_URL'),
      MessageBody: JSON.stringify(message),
      MessageGroupId: message.sessionId,
      MessageDeduplicationId: first ? randomUUID() : message.messageId,
    }),
  )
