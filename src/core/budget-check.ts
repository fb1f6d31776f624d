/** Compares what a session has spent with its budgets, in every scope. */
import {
  type Budgets,
  type Claim,
  type ExceededBudget,
  exceededBudget,
  raisedOn,
  type Spent,
  secondsLeft,
  type Unit,
  type UsdRoom,
  usdRoom,
} from './budget.ts'
import type { RefusedRequest } from './ledger.ts'
import type { Session } from './session.ts'
import { add, dateOf, since, type Tally } from './tally.ts'

/** The sender whose budget counts: the proven number or address. Without one, all of the channel's people share a budget. */
export const senderOf = ({ sender, channel }: Pick<Session, 'sender' | 'channel'>): string =>
  sender ?? channel

/** Totals that are stored outside the session item. */
export interface SpendingTotals {
  /** The ledger's total. */
  readonly models: Tally
  /** Today's totals of the sender and of all senders. */
  readonly sender: Tally
  readonly day: Tally
  /** The last model request that did not fit any more. It counts for its run only. */
  readonly refused?: RefusedRequest | undefined
}

function spentBy(
  { counts, receipted }: Session,
  { models, sender, day }: SpendingTotals,
  kept: Tally,
): Spent {
  const session = add(counts, models, kept)
  return {
    run: since(session, receipted),
    session,
    sender: add(sender, kept),
    day: add(day, kept),
  }
}

export interface BudgetCheck {
  /**
   * Returns the first of these units that is used up in any scope, or undefined. Dollars are also used up if the last
   * request of this run did not fit into what was left.
   */
  over(session: Session, units: readonly Unit[], claim?: Claim): ExceededBudget | undefined
  /**
   * Returns how many whole seconds a new leg may take: what is neither spent nor reserved for legs under way. If that is
   * less than `shortest`, returns the exceeded budget instead.
   */
  legSeconds(session: Session, shortest: number): number | ExceededBudget
  /** Returns what model requests of the session may still cost. */
  usdRoom(session: Session, claim?: Claim): UsdRoom
}

/** `now` in ms since the epoch. */
export function budgetCheck(budgets: Budgets, totals: SpendingTotals, now: number): BudgetCheck {
  const raised = (session: Session) => raisedOn(session.raised, dateOf(now))
  const over = (
    session: Session,
    units: readonly Unit[],
    { kept = {}, ...claim }: Claim & { kept?: Tally } = {},
  ) => exceededBudget(budgets, raised(session), spentBy(session, totals, kept), units, claim)
  const room = (session: Session, claim?: Claim) =>
    usdRoom(budgets, raised(session), spentBy(session, totals, {}), claim)
  const tooLarge = (session: Session, claim?: Claim) =>
    totals.refused?.run === session.run.id
      ? room(session, claim).lacks(totals.refused.nanoUsd)
      : undefined
  return {
    over: (session, units, claim) =>
      over(session, units, claim) ?? (units.includes('usd') ? tooLarge(session, claim) : undefined),
    usdRoom: room,
    legSeconds(session, shortest) {
      const legs = Object.values(session.busy)
      const kept = { sandboxSeconds: legs.reduce((sum, { reserved }) => sum + reserved, 0) }
      const left = secondsLeft(budgets, raised(session), spentBy(session, totals, kept))
      if (left >= shortest) return Math.floor(left)
      // Reserve the shortest leg too, because the limit is only exceeded with it.
      const full = add(kept, { sandboxSeconds: shortest })
      return over(session, ['minutes'], { kept: full }) ?? shortest
    },
  }
}
