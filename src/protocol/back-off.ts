/** How a run that has failed again waits before it is taken over, so that what is broken is not called without a pause. */
import type { Session } from '../core/session.ts'
import { transition, unchanged } from '../core/transition.ts'
import { isCurrentRun, type SessionTransition } from './guards.ts'

/** By the number of recoveries before the failure. The first failure is followed by a recovery at once. */
const SECONDS = [0, 15, 45]
const LONGEST_SECONDS = 120

/** Returns how long a run that fails now should wait, in seconds. */
export const backOffSeconds = ({ run }: Session): number => SECONDS[run.tries] ?? LONGEST_SECONDS

/**
 * BackOff: stores the task token, which the next message completes, and returns whether the run waits. It does not wait
 * if there is a newer history entry than `seq`, that of the failure: a message may have come, and found no token.
 */
export function backOff(
  session: Session,
  r: number,
  { seq, token }: { seq: number; token: { k: number; value: string } },
): SessionTransition<boolean> {
  if (!isCurrentRun(session, r) || session.lastSeq !== seq) return unchanged(session, false)
  if (session.run.token && session.run.token.k >= token.k) return unchanged(session, true)
  return transition({ ...session, run: { ...session.run, token } }, true)
}
