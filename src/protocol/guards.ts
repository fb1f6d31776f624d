/** Conditions and helpers that the actions of the run protocol share. */
import { SANDBOX_SECONDS } from '../core/limits.ts'
import type { PendingEntry, Session, Turn, Waiting } from '../core/session.ts'
import { add, addToDay, isEmpty, type Tally } from '../core/tally.ts'
import type { Transition } from '../core/transition.ts'
import type { Leg } from '../core/worker.ts'

/** An action on the session item. */
export type SessionTransition<Output> = Transition<Session, Output>

/** Returns whether the acting run is the session's current one and open. */
export const isCurrentRun = ({ run }: Session, r: number) => run.id === r && run.open

/** Returns turn `n` if it is the current run's turn in that phase, or undefined. */
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

/** Returns every message without an answer so far. */
export const unanswered = ({ inbox, turn, abandoned, held }: Session): readonly Waiting[] => [
  ...abandoned,
  ...held,
  // An accepted turn's messages have left the inbox, but its commands are still to do.
  ...(turn?.phase === 'run' ? turn.messages : []),
  ...inbox,
]

/** Indexes of the commands that are still to do. */
export const remainingCommands = ({ next, count: total }: Turn) =>
  Array.from({ length: total - next }, (_, i) => next + i)

/**
 * Returns whether the report of this leg has reached the session, if there is one. The worker's item cannot tell, because
 * its mark is set after the report was queued, and whoever sets it may be late or have crashed. Legs of a stopped run
 * never report.
 */
export const reportArrived = (
  { busy, stopped }: Session,
  workerId: string,
  { n, run }: Pick<Leg, 'n' | 'run'>,
) => run > stopped && busy[workerId]?.leg !== n

/** Removes the worker from `busy`; with `leg`, only if it is busy with that leg. */
export function withoutWorker(
  busy: Session['busy'],
  workerId: string,
  leg?: number,
): Session['busy'] {
  if (!busy[workerId] || (leg !== undefined && busy[workerId].leg !== leg)) return busy
  const { [workerId]: _, ...others } = busy
  return others
}

/**
 * Adds usage to the counters. It is part of the write that it counts, so it happens exactly once. `now` in ms since the
 * epoch.
 */
export const count = (session: Session, used: Tally, now: number): Session =>
  isEmpty(used)
    ? session
    : {
        ...session,
        counts: add(session.counts, used),
        days: addToDay(session.days, used, now),
      }

/** Counts the time that the conductor's sandbox ran since it was last counted; it runs for at most an hour. */
export function countSandbox(session: Session, now: number): Session {
  const { awakeSince, countedTo = 0 } = session.conductor
  if (awakeSince === undefined) return session
  const from = Math.max(awakeSince, countedTo)
  const seconds = Math.floor((Math.min(now, awakeSince + SANDBOX_SECONDS * 1000) - from) / 1000)
  if (seconds <= 0) return session
  const conductor = { ...session.conductor, countedTo: from + seconds * 1000 }
  return count({ ...session, conductor }, { sandboxSeconds: seconds }, now)
}

/** Returns how long these workers' sandboxes ran, as far as the session knows: since their legs were assigned. */
export const legSeconds = (busy: Session['busy'], workerIds: readonly string[], now: number) =>
  workerIds.reduce((sum, id) => {
    const leg = busy[id]
    return leg ? sum + Math.max(0, Math.round((now - leg.since) / 1000)) : sum
  }, 0)

/** How many messages a notice names at most. They are usually one person's. */
const ABOUT = 20

/**
 * Adds a notice to the history; the senders of the messages in `about` get it too. The entry is written later, from the
 * item. `at` is ISO 8601.
 */
export function notify(
  session: Session,
  text: string,
  at: string,
  about: readonly { readonly id: string }[],
  asks: Pick<Extract<PendingEntry, { kind: 'notice' }>, 'question' | 'shows'> = {},
): Session {
  const seq = session.lastSeq + 1
  const entry: PendingEntry = {
    seq,
    kind: 'notice',
    text,
    at,
    about: about.slice(-ABOUT).map(({ id }) => ({ id })),
    ...asks,
  }
  return { ...session, lastSeq: seq, pendingEntries: [...session.pendingEntries, entry] }
}
