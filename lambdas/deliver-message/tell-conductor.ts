/** A message that a command asked for did not get through, or may not have: the conductor hears of it. */
import { findBody, putBody } from '../../src/adapters/bodies.ts'
import { enqueue, type OutboxMessage } from '../../src/adapters/queues.ts'
import type { DeliveryRecord } from '../../src/channels/delivery.ts'
import { isReply } from '../../src/channels/delivery-content.ts'
import type { Entry } from '../../src/core/history.ts'
import { replyAddresses } from '../../src/core/message.ts'

/** Not of replies: its answer would go the same way, and come back the same way. */
export async function tellConductor(
  { sessionId, seq, name, to }: OutboxMessage,
  { answers = [] }: Entry,
  { status, problem }: Pick<DeliveryRecord, 'status' | 'problem'>,
): Promise<void> {
  if (isReply(name)) return
  const messageId = `undelivered-${seq}-${name}`
  const asked = await Promise.all(answers.map((id) => findBody(sessionId, id)))
  const became =
    status === 'in doubt'
      ? 'may have been delivered or not, and nobody can tell. Do not send it again; say so to whoever asked for it'
      : `was not delivered: ${problem}`
  const first = await putBody(sessionId, messageId, {
    from: 'system',
    text: `What you sent to ${to.address} (${name}) ${became}.`,
    at: new Date().toISOString(),
    // The answer to this is for whoever asked for the message.
    replyTo: replyAddresses(asked.flatMap((found) => found?.body ?? [])),
  })
  await enqueue({ sessionId, messageId, channel: to.channel }, { first })
}
