/**
 * Random conversations under random budgets: none exceeds its budget by more than the requests in flight, and all
 * finish.
 */
import * as fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { Entry } from '../../src/core/history.ts'
import { block, commandsOf, receipts, type TestBaton, testBaton } from '../support/baton.ts'
import { mapLimit } from '../support/map-limit.ts'
import { ALL, SEED } from '../support/sample.ts'
import { usageTable } from '../support/usage.ts'

/** Conversations for each budget. */
const CONVERSATIONS = ALL ? 10 : 1
/** In dollars: less than a turn, about a turn, several turns, almost everything. */
const BUDGETS = [0.02, 0.06, 0.15, 0.4]
const AT_ONCE = 4

let baton: TestBaton
afterEach(() => baton.close())

/** Minimum number of workers. */
const messages = (minLength: number) =>
  fc.tuple(
    fc.array(fc.constantFrom('echo one', 'echo two', 'exit 3'), { minLength, maxLength: 3 }),
    fc.constantFrom('', '@fail-once\n', '@crash\n'),
  )

const pauses = (entries: readonly Entry[]) =>
  entries.filter(({ text, role }) => role === 'system' && text.startsWith('Paused.'))

/** Nothing is pending and no worker is alive: each executed spawn has its verdict. */
function isOver(entries: readonly Entry[]): boolean {
  const done = (type: string) =>
    commandsOf(entries, type).filter(({ status }) => status === 'done').length
  const resting = entries.at(-1)?.receipt !== undefined
  const last = entries.findLast(({ receipt }) => !receipt)
  return resting && last?.role === 'conductor' && done('SPAWN_WORKER') === done('KILL_WORKER')
}

/** Paused, and reported since the last message of a person; later worker reports are held. */
function isPaused(entries: readonly Entry[]): boolean {
  const spoken = entries.findLastIndex(({ role }) => role === 'user' || role === 'conductor')
  return entries.at(-1)?.receipt !== undefined && pauses(entries.slice(spoken)).length > 0
}

/** Returns an upper bound of what the most expensive model response of the session cost, in dollars. */
async function highestCost(usage: ReturnType<typeof usageTable>, session: string): Promise<number> {
  const { jobs } = await usage.ledger(session)
  const costs = jobs.map(
    ({ tally: { nanoUsd = 0, answers = 1 } }) => nanoUsd / Math.max(1, answers),
  )
  // A job's first response costs more than the others, because it writes the cache.
  return (Math.max(...costs) * 2) / 1e9
}

async function converse(session: string, message: string): Promise<readonly Entry[]> {
  await baton.send(session, message)
  const stops = (entries: readonly Entry[]) => isOver(entries) || isPaused(entries)
  let entries = await baton.until(session, stops)
  for (let n = 0; !isOver(entries) && n < 40; n++) {
    const before = entries.length
    await baton.send(session, 'continue')
    entries = await baton.until(session, (all) => all.length > before + 1 && stops(all))
  }
  expect(isOver(entries)).toBe(true)
  return entries
}

test.each(BUDGETS)(`${CONVERSATIONS} with a budget of $%d for each run`, async (usd) => {
  baton = await testBaton({ cli: 'real', variables: { BUDGETS: JSON.stringify({ run: { usd } }) } })
  const usage = usageTable(baton)
  const choose = (minLength: number, numRuns: number) =>
    fc.sample(messages(minLength), { seed: SEED + usd * 1000, numRuns })
  const each = [...choose(1, 1), ...choose(0, CONVERSATIONS - 1)]
  let stopped = 0
  await mapLimit(each, AT_ONCE, async ([scripts, mark], i) => {
    const session = `s${i}`
    const entries = await converse(session, scripts.map(block).join('\n') + mark || 'hello')
    const inFlight = 1 + scripts.length
    const most = usd + inFlight * (await highestCost(usage, session))
    for (const { costUsd } of receipts(entries)) expect(costUsd).toBeLessThan(most)
    // Everyone who waits is notified each time.
    const overspent = receipts(entries).filter(({ costUsd }) => costUsd >= usd)
    expect(pauses(entries).length).toBeGreaterThanOrEqual(overspent.length - 1)
    stopped += pauses(entries).length
    const total = receipts(entries).reduce((sum, { costUsd }) => sum + costUsd, 0)
    const { total: models } = await usage.ledger(session)
    expect(total).toBeCloseTo((models.nanoUsd ?? 0) / 1e9, 8)
  })
  if (usd < 0.1) expect(stopped).toBeGreaterThan(0)
  console.log(`$${usd}: ${each.length} conversations, paused ${stopped} times`)
}, 1_200_000)
