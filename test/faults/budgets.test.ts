/**
 * Random conversations under random budgets: none costs more than its budget and what `continue` added to it, and all
 * finish.
 */
import * as fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { Entry } from '../../src/core/history.ts'
import {
  block,
  commandsOf,
  endingsOf,
  receipts,
  type TestBaton,
  testBaton,
} from '../support/baton.ts'
import { mapLimit } from '../support/map-limit.ts'
import { ALL, SEED } from '../support/sample.ts'
import { raisesOf, usageTable } from '../support/usage.ts'

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
  return (
    resting &&
    last?.role === 'conductor' &&
    done('SPAWN_WORKER') === endingsOf(entries).filter(({ status }) => status === 'done').length
  )
}

/** Paused, and reported since the last message of a person; later worker reports are held. */
function isPaused(entries: readonly Entry[]): boolean {
  const spoken = entries.findLastIndex(({ role }) => role === 'user' || role === 'conductor')
  return entries.at(-1)?.receipt !== undefined && pauses(entries.slice(spoken)).length > 0
}

/** Returns at most how often the budget was raised since the run before the receipt at `index`. */
function raisesBefore(entries: readonly Entry[], index: number): number {
  const ended = entries.slice(0, index).findLastIndex(({ receipt }) => receipt)
  const begun = entries.slice(0, Math.max(ended, 0)).findLastIndex(({ receipt }) => receipt)
  return pauses(entries.slice(begun + 1, index)).reduce((sum, { text }) => sum + raisesOf(text), 0)
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
    for (const [at, entry] of entries.entries())
      if (entry.receipt)
        expect(entry.receipt.costUsd).toBeLessThanOrEqual(usd * (1 + raisesBefore(entries, at)))
    // Everyone who waits is notified each time.
    expect(receipts(entries).length - 1).toBeLessThanOrEqual(pauses(entries).length)
    stopped += pauses(entries).length
    const total = receipts(entries).reduce((sum, { costUsd }) => sum + costUsd, 0)
    const { total: models } = await usage.ledger(session)
    expect(total).toBeCloseTo((models.nanoUsd ?? 0) / 1e9, 8)
  })
  if (usd < 0.1) expect(stopped).toBeGreaterThan(0)
  console.log(`$${usd}: ${each.length} conversations, paused ${stopped} times`)
}, 1_200_000)
