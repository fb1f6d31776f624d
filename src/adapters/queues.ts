/** The queues: FIFO, one group a session, deduplicated by name. */
import { randomUUID } from 'node:crypto'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod'
import { deliveredFile } from '../channels/delivery.ts'
import { channel, returnAddress } from '../channels/index.ts'
import { env } from './environment.ts'

const queue = new SQSClient({ maxAttempts: 4 })

/** What is on the queue: ids only, the body is stored already. */
export const queuedMessage = z.object({
  sessionId: z.string(),
  messageId: z.string(),
  channel,
})
export type QueuedMessage = z.infer<typeof queuedMessage>

/**
 * `first`: the message was not known before, so the queue must not take it for one: an id may be used again after its
 * session was deleted, while the queue still remembers it.
 */

export const enqueue = (message: QueuedMessage, { first }: { first: boolean }) =>
  queue.send(
    new SendMessageCommand({
      QueueUrl: env('QUEUE_URL'),
      MessageBody: JSON.stringify(message),
      MessageGroupId: message.sessionId,
      MessageDeduplicationId: first ? randomUUID() : message.messageId,
    }),
  )

/** What is on the outbox: which entry of the history goes to whom, under which name within the entry. */
export const outboxMessage = z.object({
  sessionId: z.string(),
  seq: z.number().int(),
  /** `reply.0` for the entry's text, a command's id for what it sends. */
  name: z.string(),
  to: returnAddress,
  /** Of a DELIVER_FILE. */
  files: z.array(deliveredFile).optional(),
})
export type OutboxMessage = z.infer<typeof outboxMessage>

/** Idempotent for five minutes by itself; later by the record that delivering leaves at the entry. */
export const enqueueDelivery = (delivery: OutboxMessage) =>
  queue.send(
    new SendMessageCommand({
      QueueUrl: env('OUTBOX_URL'),
      MessageBody: JSON.stringify(delivery),
      MessageGroupId: delivery.sessionId,
      MessageDeduplicationId: `${delivery.seq}.${delivery.name}`,
    }),
  )

/** Work of a session that is to be ended: all of it is fenced by these numbers, so that nothing newer is. */
export const cancellation = z.object({
  sessionId: z.string(),
  /** The message that ordered it. */
  messageId: z.string(),
  run: z.number().int().optional(),
  job: z.number().int().optional(),
  sandboxId: z.string().optional(),
  /** Workers whose leg began before this (ISO 8601). */
  kill: z.string().optional(),
})
export type Cancellation = z.infer<typeof cancellation>

export const enqueueCancellation = (one: Cancellation) =>
  queue.send(
    new SendMessageCommand({
      QueueUrl: env('CANCELLATIONS_URL'),
      MessageBody: JSON.stringify(one),
      MessageGroupId: one.sessionId,
      MessageDeduplicationId: one.messageId,
    }),
  )
