/** What a session has spent in each of the scopes that have budgets. */
import type { Spent } from './budget.ts'
import type { Session } from './session.ts'
import { add, since, type Tally } from './tally.ts'

/** Whose budget it is. One who is not told apart by an address is the channel. */
export const senderOf = ({ channel }: Pick<Session, 'channel'>): string => channel

/** What a session is held to besides its own item. */
export interface Elsewhere {
  /** The ledger's total. */
  readonly models: Tally
  /** Today's totals of the sender and of everybody. */
  readonly sender: Tally
  readonly day: Tally
}

export const spentBy = (
  { counts, receipted }: Pick<Session, 'counts' | 'receipted'>,
  { models, sender, day }: Elsewhere,
): Spent => {
  const session = add(counts, models)
  return { run: since(session, receipted), session, sender, day }
}
