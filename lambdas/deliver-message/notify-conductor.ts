/** Tells the conductor that a command's message was not delivered, or may not have been. */
import { findBody } from '../../src/adapters/bodies.ts'
import type { OutboxMessage } from '../../src/adapters/queues.ts'
import type { DeliveryRecord } from '../../src/channels/delivery.ts'
import { isReply } from '../../src/channels/delivery-content.ts'
import type { Entry } from '../../src/core/history.ts'
import { replyAddresses } from '../../src/core/message.ts'
import { postMessage } from '../../src/use-cases/post-message.ts'

/** Does nothing for replies, because the conductor's answer would fail in the same way. */
export async function notifyConductor(
  { sessionId, seq, name, to }: OutboxMessage,
  { answers = [] }: Entry,
  { status, problem }: Pick<DeliveryRecord, 'status' | 'problem'>,
): Promise<void> {
  if (isReply(name)) return
  const messageId = `undelivered-${seq}-${name}`
  const asked = await Promise.all(answers.map((id) => findBody(sessionId, id)))
  const result =
    status === 'in doubt'
      ? 'may or may not have been delivered. Do not send it again; tell the person who asked for it'
      : `was not delivered: ${problem}`
  await postMessage(
    { sessionId, messageId, channel: to.channel },
    {
      from: 'system',
      text: `What you sent to ${to.address} (${name}) ${result}.`,
      at: new Date().toISOString(),
      // The conductor's answer goes to the people who asked for the message.
      replyTo: replyAddresses(asked.flatMap((found) => found?.body ?? [])),
    },
  )
}
