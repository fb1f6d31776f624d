/** Writes many sessions into the tables of a local Baton, as its functions would have left them. */
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import type { TestBaton } from './baton.ts'
import { mapLimit } from './map-limit.ts'
import { tablesOf } from './tables.ts'

const HOUR_MS = 3_600_000

/** Maximum number of items in one request to DynamoDB. */
const ITEMS_A_REQUEST = 25

export async function fill(
  baton: Pick<TestBaton, 'aws'>,
  table: 'Sessions' | 'Conversations' | 'Workers',
  items: readonly object[],
): Promise<void> {
  const { client, nameOf } = tablesOf(baton)
  const batches = Array.from({ length: Math.ceil(items.length / ITEMS_A_REQUEST) }, (_, i) =>
    items.slice(ITEMS_A_REQUEST * i, ITEMS_A_REQUEST * (i + 1)),
  )
  await mapLimit(batches, 8, async (batch) => {
    const puts = batch.map((Item) => ({ PutRequest: { Item } }))
    await client.send(new BatchWriteCommand({ RequestItems: { [nameOf(table)]: puts } }))
  })
}

/** Returns session number `n`, last active so many hours ago, with so many history entries. */
export const storedSession = (n: number, entries: number) => {
  const at = new Date(Date.now() - n * HOUR_MS).toISOString()
  return {
    sessionId: `old-${n}`,
    createdAt: at,
    lastActivity: at,
    active: 'active',
    channel: 'http',
    run: { id: 1, open: false, tries: 0 },
    inbox: [],
    seen: {},
    unwritten: [],
    lastSeq: entries,
    lastTurn: 1,
    lastJob: 1,
    lastWorker: 1,
    parked: [],
    held: [],
    stopped: 0,
    busy: {},
    raised: {},
    conductor: { cliSession: 'none' },
    counts: { turns: 1 },
    days: [],
    receipted: {},
    version: 1,
  }
}

export const storedEntries = (sessionId: string, entries: number) =>
  Array.from({ length: entries }, (_, i) => ({
    sessionId,
    seq: i + 1,
    document: JSON.stringify({ seq: i + 1, at: new Date().toISOString(), role: 'user', text: 'x' }),
  }))

export const storedWorker = (sessionId: string, startedAt: string) => ({
  sessionId,
  workerId: 'w1',
  live: 'live',
  task: 'a task',
  criteria: [],
  status: 'reported',
  leg: 1,
  startedAt,
  lastActivity: startedAt,
  activity: 'reported: done',
  legs: [],
  cliSession: 'none',
  lastJob: 1,
  version: 1,
})
