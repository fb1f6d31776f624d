/** The FIFO queues: one message group a session, deduplicated by name. */
import { randomUUID } from 'node:crypto'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Cancellation, OutboxMessage, QueuedMessage } from '../contract/queue-items.ts'
import { env } from './environment.ts'

export {
  type Cancellation,
  cancellation,
  type OutboxMessage,
  outboxMessage,
  type QueuedMessage,
  queuedMessage,
} from '../contract/queue-items.ts'

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

/**
 * Queues a message. `first` means that the message is new, so the queue must not deduplicate it: an id can be reused after
 * its session was deleted, while the queue still remembers it.
 */
export const enqueue = (message: QueuedMessage, { first }: { first: boolean }) =>
  send('QUEUE_URL', message, first ? randomUUID() : message.messageId)

const deliveryId = ({ seq, name }: OutboxMessage) => `${seq}.${name}`

/** Queues a delivery. The queue deduplicates for five minutes; after that, the delivery's record in the entry does. */
export const enqueueDelivery = (delivery: OutboxMessage) =>
  send('OUTBOX_URL', delivery, deliveryId(delivery))

/** Queues a delivery again whose record says that it failed after it was sent. It is reported, and not sent again. */
export const enqueueFailedDelivery = (delivery: OutboxMessage) =>
  send('OUTBOX_URL', delivery, `${deliveryId(delivery)}.failed`)

export const enqueueCancellation = (one: Cancellation) =>
  send('CANCELLATIONS_URL', one, one.messageId)
