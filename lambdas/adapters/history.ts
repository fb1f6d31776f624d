/** The history: numbered entries, written from the session item and read without passing a gap. */
import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { acceptedAnswer } from '../core/answer.ts'
import {
  type Entry,
  type EntryCommand,
  messageEntry,
  noticeEntry,
  receiptEntry,
  turnEntry,
} from '../core/history.ts'
import type { Session, Unwritten } from '../core/session.ts'
import { getBodies, getBody, getResult, textOf } from './bodies.ts'
import { expiry, openDocument, putDocument, type StoredDocument } from './documents.ts'
import { dynamo } from './dynamo.ts'
import { variable } from './environment.ts'

/** Puts entries that have their number but may not stand in the history yet, all or some. Answers their numbers. */
export async function writeEntries(
  session: Session,
  wanted: (entry: Unwritten) => boolean = () => true,
): Promise<ReadonlySet<number>> {
  const { sessionId } = session
  const unwritten = session.unwritten.filter(wanted)
  await Promise.all(
    unwritten.map(async (entry) =>
      putDocument({ sessionId, seq: entry.seq }, await entryOf(session, entry)),
    ),
  )
  return new Set(unwritten.map(({ seq }) => seq))
}

async function entryOf(session: Session, entry: Unwritten): Promise<Entry> {
  const { sessionId } = session
  switch (entry.kind) {
    case 'message':
      return messageEntry(entry.seq, entry.id, await getBody(sessionId, entry.id))
    case 'notice':
      return noticeEntry(entry, session)
    case 'receipt':
      return receiptEntry(entry)
    case 'turn': {
      const input = textOf(await getBodies(sessionId, entry.covered))
      const answer = acceptedAnswer(await getResult(sessionId, entry.result), input)
      return turnEntry(entry, answer, session)
    }
    default:
      return entry satisfies never
  }
}

/** What became of a command; stands beside the entry, so that neither waits for the other. */
export type Outcome = Required<Pick<EntryCommand, 'status' | 'outcome'>>

/** Records it with the turn's entry, whether that is written already or not; the first outcome is the one that counts. */
export const recordOutcome = (
  sessionId: string,
  seq: number,
  commandId: string,
  outcome: Outcome,
) =>
  dynamo.send(
    new UpdateCommand({
      TableName: variable('CONVERSATIONS_TABLE'),
      Key: { sessionId, seq },
      UpdateExpression:
        'SET #outcome = if_not_exists(#outcome, :outcome), expires = if_not_exists(expires, :expires)',
      ExpressionAttributeNames: { '#outcome': `outcome ${commandId}` },
      ExpressionAttributeValues: { ':outcome': outcome, ':expires': expiry() },
    }),
  )

/** Ids of the messages in the history up to `last`, as they are named with their bodies. */
export async function messageIds(sessionId: string, last: number): Promise<readonly string[]> {
  const ids: string[] = []
  for (let after = 0; after < last; after += 100) {
    const { Items = [] } = await dynamo.send(
      new QueryCommand({
        TableName: variable('CONVERSATIONS_TABLE'),
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
    for (const entry of entries as (Entry | undefined)[])
      if (entry?.messageId !== undefined) ids.push(entry.messageId)
  }
  return ids
}

/** Entries after `after`, oldest first, at most `limit`; stops before a number that is missing (consistent read). */
export async function readEntries(
  sessionId: string,
  after: number,
  limit: number,
): Promise<readonly Entry[]> {
  const { Items = [] } = await dynamo.send(
    new QueryCommand({
      TableName: variable('CONVERSATIONS_TABLE'),
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
  if (!entry.commands) return entry
  const commands = entry.commands.map((command) => ({
    ...command,
    ...(stored[`outcome ${command.id}`] as Outcome | undefined),
  }))
  return { ...entry, commands }
}
