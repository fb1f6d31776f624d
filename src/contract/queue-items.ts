/** What is on the queues. The command line reads it, too, when it puts failed work back. */
import * as z from 'zod'
import { deliveredFile } from '../channels/delivery.ts'
import { channel, returnAddress } from '../channels/index.ts'

/** An item on the queue. It has only ids, because the body is already stored. */
export const queuedMessage = z.object({
  sessionId: z.string(),
  messageId: z.string(),
  channel,
})
export type QueuedMessage = z.infer<typeof queuedMessage>

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
