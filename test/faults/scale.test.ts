/** A page costs the same however much is stored: at most three requests to DynamoDB. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FunctionCall } from '../../packages/local-aws/src/index.ts'
import { block, type TestBaton, testBaton } from '../support/baton.ts'
import { stepOf } from '../support/function-calls.ts'
import { fill, storedEntries, storedSession, storedWorker } from '../support/many-sessions.ts'
import { PATIENT } from '../support/patience.ts'
import { ALL } from '../support/sample.ts'

const SESSIONS = ALL ? 10_000 : 1_000
const ENTRIES_EACH = 10

const calls: FunctionCall[] = []
let baton: TestBaton

beforeAll(async () => {
  baton = await testBaton({
    // The item drops its last entries when the sandbox is paused.
    pauses: 'reliable',
    intercept: async (call, perform) => {
      calls.push(call)
      await perform()
    },
  })
  await baton.send('main', block('echo one'))
  await baton.until('main', (all) => all.at(-1)?.receipt !== undefined)
}, 120_000)
afterAll(() => baton.close())

/** The cost of a request to the API: its function's operations at DynamoDB. */
async function costOf(route: string): Promise<readonly string[]> {
  const before = calls.length
  const response = await baton.request(route)
  expect(response.status).toBe(200)
  return calls
    .slice(before)
    .filter((call) => call.service === 'dynamodb' && stepOf(call) === 'ReadApi')
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
  // A session's item holds its last entries until the sandbox is paused, and they cost a read.
  await expect.poll(() => costOf(pages('main').at(-1) ?? ''), PATIENT).toHaveLength(2)
  const small = await costs('main')
  const sessions = Array.from({ length: SESSIONS }, (_, n) => storedSession(n, ENTRIES_EACH))
  await fill(baton, 'Sessions', sessions)
  await fill(
    baton,
    'Conversations',
    sessions.flatMap(({ sessionId }) => storedEntries(sessionId, ENTRIES_EACH)),
  )
  await fill(
    baton,
    'Workers',
    sessions.slice(0, 500).map(({ sessionId, createdAt }) => storedWorker(sessionId, createdAt)),
  )
  const large = await costs('main')
  expect(large).toEqual(small)
  for (const [i, operations] of large.entries()) {
    expect(operations.length).toBeGreaterThan(0)
    // One session has four: its item, its ledger, its workers and the entry with its title.
    const most = pages('main')[i] === '/api/sessions/main' ? 4 : 3
    expect(operations.length).toBeLessThanOrEqual(most)
  }
  // The last page, too, by cursors from the first.
  let [next, listed, most] = ['', 0, 0]
  do {
    const before = calls.length
    const page = (await (
      await baton.request(`/api/sessions?limit=100${next && `&cursor=${next}`}`)
    ).json()) as { sessions: unknown[]; next: string | null }
    most = Math.max(most, calls.slice(before).filter((call) => stepOf(call) === 'ReadApi').length)
    listed += page.sessions.length
    next = page.next ?? ''
  } while (next)
  expect(listed).toBe(SESSIONS + 1)
  // The page of the index, the sessions' summaries and their first entries.
  expect(most).toBe(3)
}, 900_000)
