/** Loads what a budget check needs (the ledger and shared totals), and posts a session's part of these totals. */
import { env } from '../adapters/environment.ts'
import { readLedger } from '../adapters/ledgers.ts'
import { dayTotal, post } from '../adapters/totals.ts'
import {
  type BudgetCheck,
  budgetCheck,
  type SpendingTotals,
  senderOf,
} from '../core/budget-check.ts'
import type { Session } from '../core/session.ts'
import { dateOf } from '../core/tally.ts'

export async function loadBudgetCheck(
  session: Pick<Session, 'sessionId' | 'sender' | 'channel'>,
): Promise<BudgetCheck> {
  const [{ total, refused }, shared] = await Promise.all([
    readLedger(session.sessionId),
    sharedTotals(session),
  ])
  return budgetCheck(env('BUDGETS'), { models: total, refused, ...shared }, Date.now())
}

/** Returns today's totals of the session's sender and of all senders. Reads only those that have a budget. */
export async function sharedTotals(
  session: Pick<Session, 'sender' | 'channel'>,
): Promise<Pick<SpendingTotals, 'sender' | 'day'>> {
  const { sender, day } = env('BUDGETS')
  const date = dateOf(Date.now())
  const [ofSender, ofDay] = await Promise.all([
    isLimited(sender) ? dayTotal(date, senderOf(session)) : {},
    isLimited(day) ? dayTotal(date) : {},
  ])
  return { sender: ofSender, day: ofDay }
}

const isLimited = (limits: object) => Object.keys(limits).length > 0

export const postCounts = (session: Session): Promise<void> => {
  const { sessionId, days } = session
  return post({ sessionId, sender: senderOf(session), source: 'session', days })
}
