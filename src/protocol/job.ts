/** Jobs: which one counts, and where its result goes. */
import type { Session } from '../core/session.ts'
import { transition, unchanged } from '../core/transition.ts'
import type { SessionTransition } from './guards.ts'

/** A job counts while it is the current one of a turn being asked that has no result. */
export const isCurrentJob = ({ turn }: Session, job: number) =>
  turn?.phase === 'ask' && turn.job === job && turn.result === undefined

/** Callback line 1: the result of the current job is noted. Answers the task token to answer, or nothing: dropped. */
export function storeResult(
  session: Session,
  job: number,
  result: string,
): SessionTransition<string | undefined> {
  const { turn } = session
  if (turn?.phase !== 'ask' || turn.job !== job) return unchanged(session, undefined)
  // The callback may have died between its two lines: the same result answers the token again.
  if (turn.result !== undefined) return unchanged(session, turn.token)
  return transition({ ...session, turn: { ...turn, result } }, turn.token)
}
