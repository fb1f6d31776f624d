/** The FIFO queues: one message group a session, deduplicated by name. */
import { randomUUID } from 'node:crypto'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod'
import { deliveredFile } from '../channels/delivery.ts'
import { channel, returnAddress } from '../channels/index.ts'
import { env } from './environment.ts'

const client = new SQSClient({ maxAttempts: 4 })

/** Queues an item in its session's group. The queue drops another one with the same id for five minutes. */
const send = (
  queue: 'QUEUE_URL' | 'OUTBOX_URL' | 'CANCELLATIONS_URL',
  item: { readonly sessionId: string },
  deduplicationId: string,
) =>
  client.send(
    new SendMessageCommand({
      QueueUrl: env(queue),
      MessageBody: JSON.stringify(item),
      MessageGroupId: item.sessionId,
      MessageDeduplicationId: deduplicationId,
    }),
  )

/** An item on the queue. It has only ids, because the body is already stored. */
export const queuedMessage = z.object({
  sessionId: z.string(),
  messageId: z.string(),
  channel,
})
export type QueuedMessage = z.infer<typeof queuedMessage>

/**
 * Queues a message. `first` means that the message is new, so the queue must not deduplicate it: an id can be reused after
 * its session was deleted, while the queue still remembers it.
 */
export const enqueue = (message: QueuedMessage, { first }: { first: boolean }) =>
  send('QUEUE_URL', message, first ? randomUUID() : message.messageId)

/** An item on the outbox: which history entry goes to whom, and the delivery's name within the entry. */
export const outboxMessage = z.object({
  sessionId: z.string(),
  seq: z.number().int(),
  /** `reply.…` for the entry's text, or the id of the command that sends. */
  name: z.string(),
  to: returnAddress,
  /** The files of a DELIVER_FILE command. */
  files: z.array(deliveredFile).optional(),
  /** Of a message that was approved: the hash of what was approved. Nothing else is sent. */
  sha256: z.string().optional(),
})
export type OutboxMessage = z.infer<typeof outboxMessage>

const deliveryId = ({ seq, name }: OutboxMessage) => `${seq}.${name}`

/** Queues a delivery. The queue deduplicates for five minutes; after that, the delivery's record in the entry does. */
export const enqueueDelivery = (delivery: OutboxMessage) =>
  send('OUTBOX_URL', delivery, deliveryId(delivery))

/** Queues a delivery again whose record says that it failed after it was sent. It is reported, and not sent again. */
export const enqueueFailedDelivery = (delivery: OutboxMessage) =>
  send('OUTBOX_URL', delivery, `${deliveryId(delivery)}.failed`)

/** Work of a session that must be ended. The numbers fence it, so that nothing newer is ended. */
export const cancellation = z.object({
  sessionId: z.string(),
  /** The message that asked for it. */
  messageId: z.string(),
  run: z.number().int().optional(),
  job: z.number().int().optional(),
  sandboxId: z.string().optional(),
  /** Ends workers whose leg started before this time (ISO 8601). */
  kill: z.string().optional(),
  /** Accepts the work of those that have reported by then. */
  accept: z.string().optional(),
})
export type Cancellation = z.infer<typeof cancellation>

export const enqueueCancellation = (one: Cancellation) =>
  send('CANCELLATIONS_URL', one, one.messageId)
