/** What takeMessages is given, and what its change of the session means. */
import type { ExceededBudget } from '../../../../src/core/budget.ts'
import type { Session } from '../../../../src/core/session.ts'
import type { Change } from '../transition.ts'
import { TIME, type World } from '../world.ts'

export const SPENT: ExceededBudget = { scope: 'run', unit: 'usd', limit: 1, spent: 1 }

/** What takeMessages gets where a turn may begin. `over`: the exceeded budget. */
export const takeContext = (world: World, over?: ExceededBudget) => ({
  ...continueContext(world),
  budgetCheck: { over: () => over },
})

/** What it gets where none does: it says that the conductor is asked next. */
export const continueContext = ({ session, leg }: World) => ({
  written: {
    entries: new Set(session.pendingEntries.map(({ seq }) => seq)),
    marked: new Set<string>(),
  },
  now: leg.overdue ? TIME.after : TIME.before,
})

/** The world after takeMessages; the session may have left a turn, and begun another. */
export function taken(world: World, { item }: { readonly item: Session }): Change {
  const { turn } = world.session
  const finishes = turn !== undefined && item.turn?.n !== turn.n
  return {
    world: world.with({ session: item }),
    ...(finishes && { happening: { what: 'finish' } }),
  }
}
