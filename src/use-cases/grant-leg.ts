/** How long a new leg may take: what the budgets leave, at most a leg's own limit. */
import { env } from '../adapters/environment.ts'
import { readWorker } from '../adapters/workers.ts'
import type { CommandContext } from '../commands/execute.ts'
import type { ExceededBudget, Unit } from '../core/budget.ts'
import { loadBudgetCheck } from './load-budget-check.ts'

/** Less would be spent on starting alone. */
const SHORTEST_SECONDS = 15

export type Grant = { readonly seconds: number } | { readonly over: ExceededBudget }

/** Seconds, which are kept for the leg until it is over, or the budget that keeps it from being done. */
export async function grantLeg(
  { sessionId, session, commandId }: CommandContext,
  workerId: string,
  units: readonly Unit[],
): Promise<Grant> {
  // Granted by an attempt that died on the way.
  const leg = (await readWorker(sessionId, workerId))?.legs.at(-1)
  if (leg?.commandId === commandId) return { seconds: leg.seconds }
  const purse = await loadBudgetCheck(session)
  const over = purse.over(session, units)
  if (over) return { over }
  const left = purse.legSeconds(session, SHORTEST_SECONDS)
  return typeof left === 'number' ? { seconds: Math.min(env('LEG_SECONDS'), left) } : { over: left }
}
