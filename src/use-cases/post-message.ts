/** Posts a message to a session: its body is stored, then its id is queued. */
import { putBody } from '../adapters/bodies.ts'
import { enqueue, type QueuedMessage } from '../adapters/queues.ts'
import type { Body } from '../core/message.ts'

/**
 * Once this returns, the message is answered or its sender is notified. The first body under an id counts: posting a known
 * id again changes nothing. Returns whether this is the first one. `channel` is the session's channel if the message is its first.
 */
export async function postMessage(message: QueuedMessage, body: Body): Promise<boolean> {
  const first = await putBody(message.sessionId, message.messageId, body)
  await enqueue(message, { first })
  return first
}
