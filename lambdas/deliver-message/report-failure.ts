/**
 * Reports a delivery that failed: to the conductor if a command asked for it, otherwise to the person by email. If the
 * message does not go another way, it is listed for the operator.
 */
import { findBody } from '../../src/adapters/bodies.ts'
import { emailOf } from '../../src/adapters/contacts.ts'
import { logger } from '../../src/adapters/logger.ts'
import { enqueueDelivery, type OutboxMessage } from '../../src/adapters/queues.ts'
import { noteUndelivered, settleUndelivered } from '../../src/adapters/undelivered.ts'
import type { DeliveryRecord } from '../../src/channels/delivery.ts'
import { isReply, replyDeliveryName } from '../../src/channels/delivery-content.ts'
import { clause } from '../../src/core/clause.ts'
import type { Entry } from '../../src/core/history.ts'
import { replyAddresses } from '../../src/core/message.ts'
import { postMessage } from '../../src/use-cases/post-message.ts'

export type Failure = Pick<DeliveryRecord, 'status' | 'problem' | 'at'>

/** Idempotent. */
export async function reportFailure(
  delivery: OutboxMessage,
  entry: Entry,
  failure: Failure,
): Promise<void> {
  // The conductor's answer would fail in the same way as its reply.
  if (!isReply(delivery.name)) await notifyConductor(delivery, entry, failure)
  else if (failure.status !== 'in doubt' && (await replyByEmail(delivery)))
    return settleUndelivered(delivery, entry.at)
  const { sessionId, seq, name, to } = delivery
  const { at, problem: reason = `the provider reports: ${failure.status}` } = failure
  await noteUndelivered(
    { sessionId, seq, name, to: to.address, channel: to.channel, at, reason },
    entry.at,
  )
}

/**
 * Sends a reply by email that could not be sent by SMS, if the operator has given an email address of the person. Returns
 * whether it did.
 */
async function replyByEmail({ sessionId, seq, to }: OutboxMessage): Promise<boolean> {
  if (to.channel !== 'sms') return false
  const address = await emailOf(to.address)
  if (address === undefined) {
    logger.warn('no email address of the person is known', { seq })
    return false
  }
  const email = { channel: 'email', address, subject: 'Reply to your SMS' } as const
  await enqueueDelivery({ sessionId, seq, name: replyDeliveryName(email), to: email })
  return true
}

async function notifyConductor(
  { sessionId, seq, name, to }: OutboxMessage,
  { answers = [] }: Entry,
  { status, problem }: Failure,
): Promise<void> {
  const messageId = `undelivered-${seq}-${name}`
  const asked = await Promise.all(answers.map((id) => findBody(sessionId, id)))
  const result =
    status === 'in doubt'
      ? 'may or may not have been delivered. Do not send it again; tell the person who asked for it'
      : `was not delivered: ${clause(problem ?? 'no reason given')}`
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
