/** Budgets that all sessions have together: a session claims its share of them before it spends it. */
import { type BudgetTotals, collectTotals, readTotals } from '../../src/adapters/budget-totals.ts'
import { env } from '../../src/adapters/environment.ts'
import { readSession } from '../../src/adapters/sessions.ts'
import { post } from '../../src/adapters/totals.ts'
import { sharedLimits } from '../../src/core/budget.ts'
import { budgetCheck, senderOf } from '../../src/core/budget-check.ts'
import { claimsMore } from '../../src/core/lease.ts'
import { countSettled, type Ledger } from '../../src/core/ledger.ts'
import type { Session } from '../../src/core/session.ts'
import { dateOf } from '../../src/core/tally.ts'

/** Adds today's total of the session's sender, if senders have a budget in dollars. */
export async function withSenderTotal(
  session: Session,
  totals: BudgetTotals,
): Promise<BudgetTotals> {
  if (env('BUDGETS').sender.usd === undefined) return totals
  const wanted = { date: dateOf(Date.now()), day: false, sender: senderOf(session) }
  return { day: totals.day, sender: (await readTotals(wanted)).sender }
}

/** Posts what a session claims. Returns today's totals with it. */
export function postClaim(session: Session, ledger: Ledger): Promise<BudgetTotals> {
  const { day, sender } = env('BUDGETS')
  return post({
    sessionId: session.sessionId,
    sender: senderOf(session),
    ledger,
    isOpen: true,
    to: {
      day: day.usd === undefined ? undefined : 'whole',
      sender: sender.usd === undefined ? undefined : 'whole',
    },
  })
}

/** Returns today's totals, exactly: after posting what this session has used, and with what all others have posted. */
export async function collectShared(session: Session, ledger: Ledger): Promise<BudgetTotals> {
  const { day, sender } = env('BUDGETS')
  await postClaim(session, countSettled(ledger))
  return collectTotals({
    date: dateOf(Date.now()),
    day: day.usd !== undefined,
    sender: sender.usd === undefined ? undefined : senderOf(session),
  })
}

/**
 * Returns whether the budgets hold with the claim that was posted. Other sessions claim at the same time, and the later of two
 * sees both.
 */
export function fitsTogether(session: Session, totals: BudgetTotals, now: number): boolean {
  const { day, sender } = env('BUDGETS')
  const budgets = { run: {}, session: {}, day, sender }
  return budgetCheck(budgets, { models: {}, ...totals }, now).usdRoom(session).free >= 0
}

/** What is shown of a day, and the alarm for it, lag behind a run by so much at most. */
const STEP_NANO_USD = 1e9

interface Settled {
  /** The ledger as it is stored. */
  readonly ledger: Ledger
  readonly id: string
  readonly isLeft: boolean
}

/**
 * Posts what a request has used, if others must hear of it: it has cost more than was claimed, or the session has spent another
 * dollar, or no end of a run may follow. The end of a run posts the rest.
 */
export async function postSettled(
  session: Session,
  { ledger, id, isLeft }: Settled,
): Promise<void> {
  const { [id]: request, ...others } = ledger.inFlight
  const { settled: _, ...underWay } = request ?? { job: '', at: 0 }
  const before = countSettled({
    ...ledger,
    inFlight: request ? { ...others, [id]: underWay } : others,
  })
  const after = countSettled(ledger)
  const { usd } = sharedLimits(env('BUDGETS'))
  if (usd && claimsMore(before.days, after.days)) return void (await postClaim(session, after))
  const steps = ({ total }: Ledger) => Math.floor((total.nanoUsd ?? 0) / STEP_NANO_USD)
  if (!isLeft && steps(before) === steps(after)) return
  // If the client has left, the run may have closed.
  const { run } = (isLeft && (await readSession(session.sessionId))) || session
  await post({
    sessionId: session.sessionId,
    sender: senderOf(session),
    ledger: after,
    isOpen: run.open && run.id === session.run.id,
    to: { day: 'part' },
  })
}
