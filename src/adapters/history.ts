/** Writes the history: numbered entries, from the session item. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { deliveryContent, replyDeliveryName } from '../channels/delivery-content.ts'
import type { ReturnAddress } from '../channels/index.ts'
import { withMessage } from '../core/approval.ts'
import {
  answerEntry,
  type Entry,
  messageEntry,
  noticeEntry,
  receiptEntry,
  turnEntry,
} from '../core/history.ts'
import { replyAddresses } from '../core/message.ts'
import type { HeldDelivery } from '../core/question.ts'
import { acceptedTurnReply } from '../core/read-turn.ts'
import type { PendingEntry, Session } from '../core/session.ts'
import { findBody, getBodies, getBody, getResult, textOf } from './bodies.ts'
import { expiry, putDocument } from './documents.ts'
import { dynamo } from './dynamo.ts'
import { type RecordedOutcome, readEntry } from './entries.ts'
import { env } from './environment.ts'
import { enqueueDelivery } from './queues.ts'

/**
 * Writes pending entries, all or some, to the history, and queues their deliveries to people who do not read it. Returns
 * their numbers.
 */
export async function writeEntries(
  session: Session,
  wanted: (entry: PendingEntry) => boolean = () => true,
): Promise<ReadonlySet<number>> {
  const { sessionId } = session
  const pending = session.pendingEntries.filter(wanted)
  const written = await Promise.all(
    pending.map(async (each) => {
      const found = await entryOf(session, each)
      await putDocument({ sessionId, seq: found.entry.seq }, found.entry)
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

/** An entry and its recipients. */
interface Written {
  readonly entry: Entry
  readonly replyTo: readonly ReturnAddress[]
  /** A message that it approves. */
  readonly held?: HeldDelivery | undefined
}

async function entryOf(session: Session, entry: PendingEntry): Promise<Written> {
  const { sessionId } = session
  switch (entry.kind) {
    case 'message':
      return {
        entry: messageEntry(entry.seq, entry.id, await getBody(sessionId, entry.id)),
        replyTo: [],
      }
    case 'notice': {
      // If the content of one message is gone, the other senders still get the notice.
      const found = await Promise.all((entry.about ?? []).map(({ id }) => findBody(sessionId, id)))
      const bodies = found.flatMap((each) => each?.body ?? [])
      const text = entry.shows
        ? withMessage(entry.text, await heldText(session, entry.shows))
        : entry.text
      return { entry: noticeEntry({ ...entry, text }, session), replyTo: replyAddresses(bodies) }
    }
    case 'answer':
      return { entry: answerEntry(entry), replyTo: [], held: entry.deliver }
    case 'receipt':
      return { entry: receiptEntry(entry), replyTo: [] }
    case 'turn': {
      const bodies = await getBodies(sessionId, entry.covered)
      const answer = acceptedTurnReply(await getResult(sessionId, entry.result), textOf(bodies))
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
): Promise<string | undefined> {
  const pending = session.pendingEntries.find((each) => each.seq === seq)
  const entry = pending
    ? (await entryOf(session, pending)).entry
    : await readEntry(session.sessionId, seq)
  return entry && deliveryContent(entry, commandId).text
}

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
