/** What a session may still spend, by its ledger and the totals that it shares; and its own part of these totals. */
import { variable } from '../adapters/environment.ts'
import { dayTotal, post, readLedger } from '../adapters/usage.ts'
import { isShared } from '../core/budget.ts'
import type { Session } from '../core/session.ts'
import { type Elsewhere, type Purse, purseOf, senderOf } from '../core/spending.ts'
import { dateOf } from '../core/tally.ts'

/** The totals of the day are read only where a budget needs them. */
export async function openPurse(session: Pick<Session, 'sessionId' | 'channel'>): Promise<Purse> {
  const budgets = variable('BUDGETS')
  const now = Date.now()
  const [{ total }, shared] = await Promise.all([
    readLedger(session.sessionId),
    isShared(budgets) ? sharedTotals(session, dateOf(now)) : { sender: {}, day: {} },
  ])
  return purseOf(budgets, { models: total, ...shared }, now)
}

/** Today's totals of the session's sender and of everybody. */
async function sharedTotals(
  session: Pick<Session, 'channel'>,
  date: string,
): Promise<Omit<Elsewhere, 'models'>> {
  const [sender, day] = await Promise.all([dayTotal(date, senderOf(session)), dayTotal(date)])
  return { sender, day }
}

export const postCounts = (session: Session): Promise<void> => {
  const { sessionId, days } = session
  return post({ sessionId, sender: senderOf(session), source: 'session', days })
}
