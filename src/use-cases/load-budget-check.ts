/** Loads what a budget check needs: the ledger, and today's totals of all senders and of the session's. */
import type { WantedTotals } from '../adapters/budget-totals.ts'
import { env } from '../adapters/environment.ts'
import { readSpending } from '../adapters/spending.ts'
import { type Budgets, sharedLimits } from '../core/budget.ts'
import { type BudgetCheck, budgetCheck, senderOf } from '../core/budget-check.ts'
import { countSettled } from '../core/ledger.ts'
import type { Session } from '../core/session.ts'
import { dateOf } from '../core/tally.ts'

/** Takes one request. */
export async function loadBudgetCheck(
  session: Pick<Session, 'sessionId' | 'sender' | 'channel'>,
): Promise<BudgetCheck> {
  const budgets = env('BUDGETS')
  const now = Date.now()
  const wanted = wantedTotals(budgets, senderOf(session), now)
  const { ledger, totals } = await readSpending(session.sessionId, wanted)
  const { total: models, refused } = countSettled(ledger)
  return budgetCheck(budgets, { models, refused, ...totals }, now)
}

/** Only totals that have a budget are read. */
function wantedTotals(budgets: Budgets, sender: string, now: number): WantedTotals {
  const limits = sharedLimits(budgets)
  return { date: dateOf(now), day: limits.day, sender: limits.sender ? sender : undefined }
}
