/** Today's totals of all senders and of one, as far as budgets limit them. */

import { sum } from '../core/posted-count.ts'
import type { Tally } from '../core/tally.ts'
import { batchGetConsistent } from './batch-get.ts'
import { collect, dayScope, readParts, whole } from './day-parts.ts'
import { env } from './environment.ts'
import { postedIn, type Total } from './posted-totals.ts'

export interface BudgetTotals {
  readonly day: Tally
  readonly sender: Tally
}

/** Which of a date's totals are wanted. */
export interface WantedTotals {
  readonly date: string
  readonly day: boolean
  /** Undefined if those of no sender are. */
  readonly sender?: string | undefined
}

/** Returns the keys of the items that have the totals. */
export const budgetKeys = ({ date, day, sender }: WantedTotals): readonly Total[] => [
  ...(day ? [whole(dayScope(date))] : []),
  ...(sender === undefined ? [] : [whole(dayScope(date, sender))]),
]

/** Returns the totals from items of the Usage table that were read by these keys. */
export function budgetTotalsIn(
  items: readonly Readonly<Record<string, unknown>>[],
  { date, sender }: WantedTotals,
): BudgetTotals {
  const of = (scope: string) => sum(postedIn(items.find((item) => item.scope === scope)))
  return {
    day: of(dayScope(date)),
    sender: sender === undefined ? {} : of(dayScope(date, sender)),
  }
}

/** Returns the totals after reading all that sessions have posted, for those who would be refused otherwise. */
export async function collectTotals({ date, day, sender }: WantedTotals): Promise<BudgetTotals> {
  const of = async (scope: string) => collect(scope, await readParts(scope))
  const [ofDay, ofSender] = await Promise.all([
    day ? of(dayScope(date)) : {},
    sender === undefined ? {} : of(dayScope(date, sender)),
  ])
  return { day: ofDay, sender: ofSender }
}

/** Reads the totals, in one request; in none if none are wanted. */
export async function readTotals(wanted: WantedTotals): Promise<BudgetTotals> {
  const keys = budgetKeys(wanted)
  if (keys.length === 0) return { day: {}, sender: {} }
  const table = env('USAGE_TABLE')
  const found = await batchGetConsistent({ [table]: keys.map((key) => ({ ...key })) })
  return budgetTotalsIn(found[table] ?? [], wanted)
}
