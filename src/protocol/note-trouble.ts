/** Says in the history that the model does not answer, once for each turn and each leg. Nothing else changes. */
import type { Session } from '../core/session.ts'
import { transition, unchanged } from '../core/transition.ts'
import { notify, type SessionTransition } from './guards.ts'
import { isCurrentJob } from './job.ts'

/** What to say; `at` is ISO 8601. */
export interface Notice {
  readonly text: string
  readonly at: string
}

/** Says it about the turn that waits for this job. Returns whether it was said now. */
export function noteTurnTrouble(
  session: Session,
  job: number,
  { text, at }: Notice,
): SessionTransition<boolean> {
  const { turn } = session
  if (!turn || turn.noted || !isCurrentJob(session, job)) return unchanged(session, false)
  return transition({ ...notify(session, text, at, []), turn: { ...turn, noted: true } }, true)
}

/** Says it about the leg with which this worker is busy. Returns whether it was said now. */
export function noteLegTrouble(
  session: Session,
  { workerId, leg }: { workerId: string; leg: number },
  { text, at }: Notice,
): SessionTransition<boolean> {
  const busy = session.busy[workerId]
  if (busy?.leg !== leg || busy.noted || !session.run.open) return unchanged(session, false)
  const noted = { ...session.busy, [workerId]: { ...busy, noted: true as const } }
  return transition({ ...notify(session, text, at, []), busy: noted }, true)
}
