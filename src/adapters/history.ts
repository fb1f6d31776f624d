/** The history: numbered entries, written from the session item. Reading stops before a gap. */
import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { replyDeliveryName } from '../channels/delivery-content.ts'
import type { ReturnAddress } from '../channels/index.ts'
import {
  type Entry,
  type EntryCommand,
  messageEntry,
  noticeEntry,
  receiptEntry,
  turnEntry,
} from '../core/history.ts'
import { type AttachedFile, replyAddresses } from '../core/message.ts'
import { acceptedTurnReply } from '../core/read-turn.ts'
import type { PendingEntry, Session } from '../core/session.ts'
import { findBody, getBodies, getBody, getResult, textOf } from './bodies.ts'
import { recordsIn } from './delivery-records.ts'
import { expiry, getStored, openDocument, putDocument, type StoredDocument } from './documents.ts'
import { dynamo } from './dynamo.ts'
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
      const { entry, replyTo } = await entryOf(session, each)
      await putDocument({ sessionId, seq: entry.seq }, entry)
      return { entry, replyTo }
    }),
  )
  // Queue them in order, because the queue keeps a session's deliveries in that order.
  for (const { entry, replyTo } of written) await deliver(sessionId, entry, replyTo)
  return new Set(pending.map(({ seq }) => seq))
}

/** An entry and its recipients. */
interface Written {
  readonly entry: Entry
  readonly replyTo: readonly ReturnAddress[]
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
      return { entry: noticeEntry(entry, session), replyTo: replyAddresses(bodies) }
    }
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

async function deliver(
  sessionId: string,
  { seq, text }: Entry,
  replyTo: readonly ReturnAddress[],
): Promise<void> {
  if (text === '') return
  for (const to of replyTo)
    await enqueueDelivery({ sessionId, seq, name: replyDeliveryName(to), to })
}

/** A command's outcome. It is stored beside the entry, so that neither waits for the other. */
export type RecordedOutcome = Required<Pick<EntryCommand, 'status' | 'outcome'>>

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

/** Returns what the entries up to `last` refer to: ids of stored bodies, and attachments. */
export async function storedKeys(
  sessionId: string,
  last: number,
): Promise<{ readonly messageIds: readonly string[]; readonly files: readonly AttachedFile[] }> {
  const messageIds: string[] = []
  const files: AttachedFile[] = []
  for (let after = 0; after < last; after += 100) {
    const { Items = [] } = await dynamo.send(
      new QueryCommand({
        TableName: env('CONVERSATIONS_TABLE'),
        KeyConditionExpression: 'sessionId = :session AND seq BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':session': sessionId,
          ':from': after + 1,
          ':to': after + 100,
        },
        ConsistentRead: true,
      }),
    )
    const entries = await Promise.all((Items as StoredDocument[]).map(openDocument))
    for (const entry of entries as (Entry | undefined)[]) {
      if (entry?.messageId !== undefined) messageIds.push(entry.messageId)
      files.push(...(entry?.files ?? []))
    }
  }
  return { messageIds, files }
}

/** Returns one entry, or undefined if it does not exist (any more). */
export async function readEntry(sessionId: string, seq: number): Promise<Entry | undefined> {
  const stored = await getStored({ sessionId, seq })
  if (stored?.document === undefined && stored?.objectKey === undefined) return undefined
  return openEntry({ ...stored })
}

/** Returns at most `limit` entries after `after`, oldest first. Stops before a missing number (consistent read). */
export async function readEntries(
  sessionId: string,
  after: number,
  limit: number,
): Promise<readonly Entry[]> {
  const { Items = [] } = await dynamo.send(
    new QueryCommand({
      TableName: env('CONVERSATIONS_TABLE'),
      KeyConditionExpression: 'sessionId = :session AND seq > :after',
      ExpressionAttributeValues: { ':session': sessionId, ':after': after },
      ConsistentRead: true,
      Limit: limit,
    }),
  )
  const stored = Items as (StoredDocument & Record<string, unknown>)[]
  const gap = stored.findIndex(
    ({ seq, document, objectKey }, i) =>
      seq !== after + 1 + i || (document === undefined && objectKey === undefined),
  )
  return Promise.all((gap < 0 ? stored : stored.slice(0, gap)).map(openEntry))
}

async function openEntry(stored: StoredDocument & Record<string, unknown>): Promise<Entry> {
  const entry = (await openDocument(stored)) as Entry
  const deliveries = recordsIn(stored)
  const commands = entry.commands?.map((command) => ({
    ...command,
    ...(stored[`outcome ${command.id}`] as RecordedOutcome | undefined),
  }))
  return { ...entry, ...(commands && { commands }), ...(deliveries.length > 0 && { deliveries }) }
}
