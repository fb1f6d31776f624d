/** Reads the history's entries, with the outcomes of their commands and deliveries. Reading stops before a gap. */
import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { EntryCommand } from '../contract/api/command.ts'
import type { Entry } from '../contract/api/entry.ts'
import type { AttachedFile } from '../core/message.ts'
import { recordsIn } from './delivery-records.ts'
import { getStored, openDocument, type StoredDocument } from './documents.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'

/** A command's outcome. It is stored beside the entry, so that neither waits for the other. */
export type RecordedOutcome = Required<Pick<EntryCommand, 'status' | 'outcome'>> &
  Pick<EntryCommand, 'record'>

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
  return stored && openEntry({ ...stored })
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
  const stored = Items as StoredItem[]
  const gap = stored.findIndex(
    ({ seq, document, objectKey }, i) =>
      seq !== after + 1 + i || (document === undefined && objectKey === undefined),
  )
  return Promise.all((gap < 0 ? stored : stored.slice(0, gap)).map(openOrLost))
}

/** The numbers of entries, without the limits themselves. */
export interface Range {
  readonly after: number
  readonly before: number
}

/**
 * Returns at most `limit` entries of a range from either end, in that order. Every entry of the range must have been
 * written; numbers that are missing have expired.
 */
export async function readWrittenEntries(
  sessionId: string,
  { after, before }: Range,
  { limit, order }: { readonly limit: number; readonly order: 'asc' | 'desc' },
): Promise<readonly Entry[]> {
  if (before - after <= 1) return []
  const { Items = [] } = await dynamo.send(
    new QueryCommand({
      TableName: env('CONVERSATIONS_TABLE'),
      KeyConditionExpression: 'sessionId = :session AND seq BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':session': sessionId, ':from': after + 1, ':to': before - 1 },
      ScanIndexForward: order === 'asc',
      ConsistentRead: true,
      Limit: limit,
    }),
  )
  return Promise.all((Items as StoredItem[]).map(openOrLost))
}

/** Stands for an entry whose content was in the bucket and has been deleted there, so that the others can be read. */
const lostEntry = ({ seq, expires = 0 }: StoredDocument): Entry => ({
  seq,
  at: new Date((expires - env('HISTORY_DAYS') * 86_400) * 1000).toISOString(),
  role: 'system',
  text: 'The content of this entry is no longer stored.',
})

/** An entry's item, with outcomes and deliveries beside the document. */
type StoredItem = StoredDocument & Readonly<Record<string, unknown>>

const openOrLost = async (stored: StoredItem) => (await openEntry(stored)) ?? lostEntry(stored)

async function openEntry(stored: StoredItem): Promise<Entry | undefined> {
  const entry = (await openDocument(stored)) as Entry | undefined
  if (!entry) return undefined
  const deliveries = recordsIn(stored)
  const commands = entry.commands?.map((command) => ({
    ...command,
    ...(stored[`outcome ${command.id}`] as RecordedOutcome | undefined),
  }))
  return { ...entry, ...(commands && { commands }), ...(deliveries.length > 0 && { deliveries }) }
}
