/** However much is stored, a page costs the same: at most three requests to DynamoDB. */
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FunctionCall } from '../../local/aws/index.ts'
import { block, type TestBaton, testBaton } from '../support/baton.ts'
import { few } from '../support/few.ts'
import { stepOf } from '../support/function-calls.ts'
import { tablesOf } from '../support/tables.ts'

/** `BATON_ALL_ITEMS=1`: ten thousand, with a hundred thousand entries. */
const SESSIONS = process.env.BATON_ALL_ITEMS ? 10_000 : 2_000
const ENTRIES_EACH = 10
const HOURS = 3_600_000

const calls: FunctionCall[] = []
let baton: TestBaton

/** Puts items as the functions would have, 25 a request as DynamoDB takes them. */
async function fill(table: 'Sessions' | 'Conversations' | 'Workers', items: readonly object[]) {
  const { client, nameOf } = tablesOf(baton)
  const batches = Array.from({ length: Math.ceil(items.length / 25) }, (_, i) =>
    items.slice(25 * i, 25 * (i + 1)),
  )
  await few(batches, 8, async (batch) => {
    const puts = batch.map((Item) => ({ PutRequest: { Item } }))
    await client.send(new BatchWriteCommand({ RequestItems: { [nameOf(table)]: puts } }))
  })
}

const sessionOf = (n: number) => {
  const at = new Date(Date.now() - n * HOURS).toISOString()
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
    lastSeq: ENTRIES_EACH,
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

const entriesOf = (sessionId: string) =>
  Array.from({ length: ENTRIES_EACH }, (_, i) => ({
    sessionId,
    seq: i + 1,
    document: JSON.stringify({ seq: i + 1, at: new Date().toISOString(), role: 'user', text: 'x' }),
  }))

const workerOf = (sessionId: string, startedAt: string) => ({
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

beforeAll(async () => {
  baton = await testBaton({
    intercept: async (call, perform) => {
      calls.push(call)
      await perform()
    },
  })
  await baton.send('main', block('echo one'))
  await baton.until('main', (all) => all.at(-1)?.receipt !== undefined)
}, 120_000)
afterAll(() => baton.close())

const MONITORING = /^(Monitor|ReadSession|ReadHistory)$/

/** What a request to the API cost: the operations of its own function at DynamoDB. */
async function costOf(route: string): Promise<readonly string[]> {
  const before = calls.length
  const response = await baton.request(route)
  expect(response.status).toBe(200)
  return calls
    .slice(before)
    .filter((call) => call.service === 'dynamodb' && MONITORING.test(stepOf(call)))
    .map(({ operation }) => operation)
    .sort()
}

test(`status, workers, metrics, sessions and histories cost the same with ${SESSIONS} sessions as with one`, async () => {
  const pages = (sessionId: string) => [
    '/api/monitoring/status',
    '/api/monitoring/workers',
    '/api/monitoring/metrics',
    '/api/sessions?limit=100',
    `/api/sessions/${sessionId}`,
    `/api/sessions/${sessionId}/messages`,
    `/api/sessions/${sessionId}/messages?after=1000000`,
  ]
  const costs = async (sessionId: string) => {
    const measured: (readonly string[])[] = []
    for (const page of pages(sessionId)) measured.push(await costOf(page))
    return measured
  }
  const small = await costs('main')
  const sessions = Array.from({ length: SESSIONS }, (_, n) => sessionOf(n))
  await fill('Sessions', sessions)
  await fill(
    'Conversations',
    sessions.flatMap(({ sessionId }) => entriesOf(sessionId)),
  )
  await fill(
    'Workers',
    sessions.slice(0, 500).map(({ sessionId, createdAt }) => workerOf(sessionId, createdAt)),
  )
  const large = await costs('main')
  expect(large).toEqual(small)
  for (const operations of large) {
    expect(operations.length).toBeGreaterThan(0)
    expect(operations.length).toBeLessThanOrEqual(3)
  }
  // The last page of all, too, by cursors from the first.
  let [next, listed, most] = ['', 0, 0]
  do {
    const before = calls.length
    const page = (await (
      await baton.request(`/api/sessions?limit=100${next && `&cursor=${next}`}`)
    ).json()) as { sessions: unknown[]; next: string | null }
    most = Math.max(most, calls.slice(before).filter((call) => stepOf(call) === 'Monitor').length)
    listed += page.sessions.length
    next = page.next ?? ''
  } while (next)
  expect(listed).toBe(SESSIONS + 1)
  expect(most).toBe(1)
}, 900_000)
