/** How long a new leg may take: what the budgets leave, at most a leg's own limit. */
import { variable } from '../adapters/environment.ts'
import { readWorker } from '../adapters/workers.ts'
import type { Order } from '../commands/execute.ts'
import type { Over, Unit } from '../core/budget.ts'
import { openPurse } from './load-budget-check.ts'

/** Less would be spent on starting alone. */
const SHORTEST_SECONDS = 15

export type Grant = { readonly seconds: number } | { readonly over: Over }

/** Seconds, which are kept for the leg until it is over, or the budget that keeps it from being done. */
export async function grantLeg(
  { sessionId, session, commandId }: Order,
  workerId: string,
  units: readonly Unit[],
): Promise<Grant> {
  // Granted by an attempt that died on the way.
  const leg = (await readWorker(sessionId, workerId))?.legs.at(-1)
  if (leg?.commandId === commandId) return { seconds: leg.seconds }
  const purse = await openPurse(session)
  const over = purse.over(session, units)
  if (over) return { over }
  const left = purse.legSeconds(session, SHORTEST_SECONDS)
  return typeof left === 'number'
    ? { seconds: Math.min(variable('LEG_SECONDS'), left) }
    : { over: left }
}
