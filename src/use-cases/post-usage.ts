/** Posts what a session has used to the totals of days. */
import { env } from '../adapters/environment.ts'
import { post } from '../adapters/totals.ts'
import { sharedLimits } from '../core/budget.ts'
import { senderOf } from '../core/budget-check.ts'
import type { Ledger } from '../core/ledger.ts'
import type { Session } from '../core/session.ts'

/** Posts all that a session has used, at the end of a run. What its run had reserved and not used is free again. */
export async function postRun(session: Session, ledger: Ledger): Promise<void> {
  const limits = sharedLimits(env('BUDGETS'))
  await post({
    sessionId: session.sessionId,
    sender: senderOf(session),
    session: session.days,
    ledger,
    isOpen: session.run.open,
    to: {
      day: limits.day && limits.others ? 'whole' : 'part',
      sender: limits.sender ? 'whole' : undefined,
    },
  })
}

/**
 * Posts what the session itself counts, if a budget of all sessions together limits that. Dollars are claimed before they are
 * spent, so their budgets need no more.
 */
export async function postForBudgets(session: Session): Promise<void> {
  const limits = sharedLimits(env('BUDGETS'))
  if (!limits.others) return
  await post({
    sessionId: session.sessionId,
    sender: senderOf(session),
    session: session.days,
    isOpen: session.run.open,
    to: {
      day: limits.day ? 'whole' : undefined,
      sender: limits.sender ? 'whole' : undefined,
    },
  })
}
