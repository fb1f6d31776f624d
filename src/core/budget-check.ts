/** What a session has spent in each of the scopes that have budgets, and what it may still do. */
import {
  type Budgets,
  type ExceededBudget,
  exceededBudget,
  raisedOn,
  type Spent,
  secondsLeft,
  type Unit,
} from './budget.ts'
import type { Session } from './session.ts'
import { add, dateOf, since, type Tally } from './tally.ts'

/** Whose budget it is: the number or address that was proven; where none was, everybody of the channel is one. */
export const senderOf = ({ sender, channel }: Pick<Session, 'sender' | 'channel'>): string =>
  sender ?? channel

/** What a session is held to besides its own item. */
export interface SpendingTotals {
  /** The ledger's total. */
  readonly models: Tally
  /** Today's totals of the sender and of everybody. */
  readonly sender: Tally
  readonly day: Tally
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
  /** The first of these units that is used up in any scope. */
  over(session: Session, units: readonly Unit[]): ExceededBudget | undefined
  /**
   * How long a new leg may take at most, in whole seconds: what is neither spent nor kept for legs under way. Answers
   * what is used up when that is less than `shortest`.
   */
  legSeconds(session: Session, shortest: number): number | ExceededBudget
}

/** `now` in ms since the epoch. */
export function budgetCheck(budgets: Budgets, elsewhere: SpendingTotals, now: number): BudgetCheck {
  const raised = (session: Session) => raisedOn(session.raised, dateOf(now))
  const over = (session: Session, units: readonly Unit[], kept: Tally = {}) =>
    exceededBudget(budgets, raised(session), spentBy(session, elsewhere, kept), units)
  return {
    over: (session, units) => over(session, units),
    legSeconds(session, shortest) {
      const legs = Object.values(session.busy)
      const kept = { sandboxSeconds: legs.reduce((sum, { reserved }) => sum + reserved, 0) }
      const left = secondsLeft(budgets, raised(session), spentBy(session, elsewhere, kept))
      if (left >= shortest) return Math.floor(left)
      // At the limit once the shortest leg is kept for, too.
      const full = add(kept, { sandboxSeconds: shortest })
      return over(session, ['minutes'], full) ?? shortest
    },
  }
}
