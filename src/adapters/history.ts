/** Writes the history: numbered entries, from the session item. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { deliveryContent, replyDeliveryName } from '../channels/delivery-content.ts'
import type { ReturnAddress } from '../channels/index.ts'
import type { Recipient } from '../contract/api/delivery.ts'
import { withMessage } from '../core/approval.ts'
import {
  answerEntry,
  type Entry,
  messageEntry,
  noticeEntry,
  receiptEntry,
  turnEntry,
} from '../core/history.ts'
import { type Body, replyAddresses } from '../core/message.ts'
import type { HeldDelivery } from '../core/question.ts'
import { acceptedTurnReply } from '../core/read-turn.ts'
import type { PendingEntry, Session } from '../core/session.ts'
import { type StoredTexts, textOf, textsOf } from './bodies.ts'
import { expiry, putDocument } from './documents.ts'
import { dynamo } from './dynamo.ts'
import { type RecordedOutcome, readEntry } from './entries.ts'
import { env } from './environment.ts'
import { enqueueDelivery } from './queues.ts'

/**
 * Writes pending entries, all or some, to the history, and queues their deliveries to people who do not read it. Returns
 * their numbers. `texts` are what the caller has read already.
 */
export async function writeEntries(
  session: Session,
  wanted: (entry: PendingEntry) => boolean = () => true,
  texts: StoredTexts = textsOf(session.sessionId),
): Promise<ReadonlySet<number>> {
  const { sessionId } = session
  const pending = session.pendingEntries.filter(wanted)
  await texts.load(pending.flatMap(textsIn))
  const written = await Promise.all(
    pending.map(async (each) => {
      const found = await entryOf(session, each, texts)
      const recipients = found.entry.text === '' ? [] : found.replyTo.map(recipientOf)
      const document = { ...found.entry, ...(recipients.length > 0 && { recipients }) }
      await putDocument({ sessionId, seq: found.entry.seq }, document)
      return found
    }),
  )
  // Queue them in order, because the queue keeps a session's deliveries in that order.
  for (const { entry, replyTo, held } of written) {
    await deliver(sessionId, entry, replyTo)
    if (held) await deliverHeld(sessionId, held)
  }
  return new Set(pending.map(({ seq }) => seq))
}

/** The ids of the bodies and the result that an entry needs. */
function textsIn(entry: PendingEntry): readonly string[] {
  if (entry.kind === 'message') return [entry.id]
  if (entry.kind === 'notice') return (entry.about ?? []).map(({ id }) => id)
  return entry.kind === 'turn' ? [...entry.covered.map(({ id }) => id), entry.result] : []
}

/** An entry and its recipients. */
interface Written {
  readonly entry: Entry
  readonly replyTo: readonly ReturnAddress[]
  /** A message that it approves. */
  readonly held?: HeldDelivery | undefined
}

async function entryOf(
  session: Session,
  entry: PendingEntry,
  texts: StoredTexts,
): Promise<Written> {
  switch (entry.kind) {
    case 'message': {
      const [body] = await texts.bodies([entry])
      return { entry: messageEntry(entry.seq, entry.id, body as Body), replyTo: [] }
    }
    case 'notice': {
      // If the content of one message is gone, the other senders still get the notice.
      const bodies = await texts.knownBodies(entry.about ?? [])
      const text = entry.shows
        ? withMessage(entry.text, await heldText(session, entry.shows, texts))
        : entry.text
      return { entry: noticeEntry({ ...entry, text }, session), replyTo: replyAddresses(bodies) }
    }
    case 'answer':
      return { entry: answerEntry(entry), replyTo: [], held: entry.deliver }
    case 'receipt':
      return { entry: receiptEntry(entry), replyTo: [] }
    case 'turn': {
      const bodies = await texts.bodies(entry.covered)
      const answer = acceptedTurnReply(await texts.result(entry.result), textOf(bodies))
      return { entry: turnEntry(entry, answer, session), replyTo: replyAddresses(bodies) }
    }
    default:
      return entry satisfies never
  }
}

/** Returns the text of a message that waits for approval. The entry of its command may be pending, too. */
async function heldText(
  session: Session,
  { seq, commandId }: Pick<HeldDelivery, 'seq' | 'commandId'>,
  texts: StoredTexts,
): Promise<string | undefined> {
  const pending = session.pendingEntries.find((each) => each.seq === seq)
  const entry = pending
    ? (await entryOf(session, pending, texts)).entry
    : await readEntry(session.sessionId, seq)
  return entry && deliveryContent(entry, commandId).text
}

const recipientOf = (to: ReturnAddress): Recipient => ({
  name: replyDeliveryName(to),
  channel: to.channel,
  to: to.address,
})

async function deliver(
  sessionId: string,
  { seq, text }: Entry,
  replyTo: readonly ReturnAddress[],
): Promise<void> {
  if (text === '') return
  for (const to of replyTo)
    await enqueueDelivery({ sessionId, seq, name: replyDeliveryName(to), to })
}

/** Queues the message that was approved, under the name of its command, so that it is sent once. */
const deliverHeld = (
  sessionId: string,
  { seq, commandId: name, to, files, sha256 }: HeldDelivery,
) => enqueueDelivery({ sessionId, seq, name, to, ...(files && { files: [...files] }), sha256 })

/** Records a command's outcome, even before the turn's entry is written. The first outcome counts. */
export const recordOutcome = (
  sessionId: string,
  seq: number,
  commandId: string,
  outcome: RecordedOutcome,
) =>
  dynamo.send(
    new UpdateCommand({
      TableName: env('CONVERSATIONS_TABLE'),
      Key: { sessionId, seq },
      UpdateExpression:
        'SET #outcome = if_not_exists(#outcome, :outcome), expires = if_not_exists(expires, :expires)',
      ExpressionAttributeNames: { '#outcome': `outcome ${commandId}` },
      ExpressionAttributeValues: { ':outcome': outcome, ':expires': expiry() },
    }),
  )
