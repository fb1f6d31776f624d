/** Workers that were ended outside a command: the run does not wait for their reports. */
import type { Session } from '../core/session.ts'
import type { Tally } from '../core/tally.ts'
import { transition, unchanged } from '../core/transition.ts'
import { count, legSeconds, type SessionTransition, withoutWorker } from './guards.ts'
import { withdrawDecisions } from './questions.ts'
import type { CommandResult } from './run-commands.ts'

/** Frees the workers and withdraws the questions about them. Counts the time of those that were busy. `now` in ms since the epoch. */
export function freeWorkers(
  session: Session,
  ended: NonNullable<CommandResult['ended']>,
  now: number,
): SessionTransition<void> {
  const ids = ended.map(({ workerId }) => workerId)
  const busy = ids.filter((id) => session.busy[id])
  const withdrawn = withdrawDecisions(session, ids)
  if (busy.length === 0 && withdrawn === session) return unchanged(session, undefined)
  // A verdict was counted with the answer that gave it.
  const without = ended.filter(
    ({ workerId, status }) => status === 'ended' && session.busy[workerId],
  )
  const used: Tally = {
    sandboxSeconds: legSeconds(session.busy, busy, now),
    ended: without.length,
  }
  const freed = {
    ...withdrawn,
    busy: busy.reduce((all, id) => withoutWorker(all, id), session.busy),
  }
  return transition(count(freed, busy.length > 0 ? used : {}, now), undefined)
}
