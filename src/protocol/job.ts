/** Jobs: which one is current, and how its result is stored. */
import type { Session } from '../core/session.ts'
import { transition, unchanged } from '../core/transition.ts'
import type { SessionTransition } from './guards.ts'

/** Returns whether the job is the current one of a turn that waits for its result. */
export const isCurrentJob = ({ turn }: Session, job: number) =>
  turn?.phase === 'ask' && turn.job === job && turn.result === undefined

/** Stores the current job's result. Returns the task token to complete, or undefined if the result is dropped. */
export function storeResult(
  session: Session,
  job: number,
  result: string,
): SessionTransition<string | undefined> {
  const { turn } = session
  if (turn?.phase !== 'ask' || turn.job !== job) return unchanged(session, undefined)
  // The callback may have died after storing the result, so return the token again.
  if (turn.result !== undefined) return unchanged(session, turn.token)
  return transition({ ...session, turn: { ...turn, result } }, turn.token)
}
