/** What every action of the run protocol asks first. */
import { SANDBOX_SECONDS } from '../core/limits.ts'
import type { PendingEntry, Session, Turn, Waiting } from '../core/session.ts'
import { add, addToDay, isEmpty, type Tally } from '../core/tally.ts'
import type { Transition } from '../core/transition.ts'

/** An action on the session item. */
export type SessionTransition<Answer> = Transition<Session, Answer>

/** *Mine(r)*: the run that acts is the session's current one and open. */
export const isCurrentRun = ({ run }: Session, r: number) => run.id === r && run.open

/** *Turn(r, n)*, in the phase asked for. */
export const currentTurn = (session: Session, r: number, n: number, phase: Turn['phase']) =>
  isCurrentRun(session, r) && session.turn?.n === n && session.turn.phase === phase
    ? session.turn
    : undefined

export const withoutTurn = ({ turn: _, ...session }: Session): Session => session

export const withoutToken = (run: Session['run']): Session['run'] => ({
  id: run.id,
  open: run.open,
  tries: run.tries,
})

/** Every message that somebody still waits on. */
export const unanswered = ({ inbox, turn, abandoned, held }: Session): readonly Waiting[] => [
  ...abandoned,
  ...held,
  // They have left the inbox once the turn is accepted, but its commands are still to do.
  ...(turn?.phase === 'run' ? turn.messages : []),
  ...inbox,
]

/** Indexes of the commands that are still to do. */
export const remainingCommands = ({ next, count: addCounts }: Turn) =>
  Array.from({ length: addCounts - next }, (_, i) => next + i)

/** The worker has no leg under way any more (with `leg`: if it is that one). */
export function withoutWorker(
  busy: Session['busy'],
  workerId: string,
  leg?: number,
): Session['busy'] {
  if (!busy[workerId] || (leg !== undefined && busy[workerId].leg !== leg)) return busy
  const { [workerId]: _, ...rest } = busy
  return rest
}

/** What happened is counted in the write in which it happens: never twice, never not. `now` in ms since the epoch. */
export const count = (session: Session, used: Tally, now: number): Session =>
  isEmpty(used)
    ? session
    : {
        ...session,
        counts: add(session.counts, used),
        days: addToDay(session.days, used, now),
      }

/** The time that the conductor's sandbox ran since it was counted last; it runs for an hour at most. */
export function countSandbox(session: Session, now: number): Session {
  const { awakeSince, countedTo = 0 } = session.conductor
  if (awakeSince === undefined) return session
  const from = Math.max(awakeSince, countedTo)
  const seconds = Math.floor((Math.min(now, awakeSince + SANDBOX_SECONDS * 1000) - from) / 1000)
  if (seconds <= 0) return session
  const conductor = { ...session.conductor, countedTo: from + seconds * 1000 }
  return count({ ...session, conductor }, { sandboxSeconds: seconds }, now)
}

/** How long a leg's sandbox ran, as far as the session can tell: since it was assigned. */
export const legSeconds = (busy: Session['busy'], workerIds: readonly string[], now: number) =>
  workerIds.reduce((sum, id) => {
    const leg = busy[id]
    return leg ? sum + Math.max(0, Math.round((now - leg.since) / 1000)) : sum
  }, 0)

/** Of more messages than these a notice is not about: they are one person's, as a rule. */
const ABOUT = 20

/**
 * The history gets a notice, and whoever asked for the messages that it is `about`; its entry is written from the item.
 * `at` ISO 8601.
 */
export function notify(
  session: Session,
  text: string,
  at: string,
  about: readonly { readonly id: string }[],
): Session {
  const seq = session.lastSeq + 1
  const entry: PendingEntry = {
    seq,
    kind: 'notice',
    text,
    at,
    about: about.slice(-ABOUT).map(({ id }) => ({ id })),
  }
  return { ...session, lastSeq: seq, pendingEntries: [...session.pendingEntries, entry] }
}
