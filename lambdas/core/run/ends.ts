/** How a run waits, ends, tells and is stopped. */
import { newSession, outstanding, type Session } from '../session.ts'
import { step } from '../transition.ts'
import { mine, notify, type Step, withoutToken, withoutTurn } from './step.ts'

/** AwaitMessage: only it writes the token, never an older one over a younger. Answers whether the run waits. */
export function awaitMessage(
  session: Session,
  r: number,
  token: { k: number; value: string },
): Step<boolean> {
  if (!mine(session, r) || outstanding(session)) return step(session, false)
  if (session.run.token && session.run.token.k >= token.k) return step(session, true)
  return step({ ...session, run: { ...session.run, token } }, true)
}

/** CloseRun: only when nothing is outstanding. Answers whether the run is closed now. */
export function closeRun(session: Session, r: number): Step<boolean> {
  if (session.run.id === r && !session.run.open) return step(session, true)
  if (!mine(session, r) || outstanding(session)) return step(session, false)
  // Its sandbox is about to be paused: the hour it may run begins anew with the next turn.
  const { awakeSince: _, ...conductor } = session.conductor
  return step({ ...session, conductor, run: { ...withoutToken(session.run), open: false } }, true)
}

/** Tell: the notice gets its number and the parked messages leave, in one update; the entry is written from the item. */
export function tell(session: Session, r: number, text: string, at: string): Step<boolean> {
  if (!mine(session, r) || session.parked.length === 0) return step(session, false)
  return step({ ...notify(session, text, at), parked: [] }, true)
}

/** Any error: the person hears of it in the history; nothing else moves, and recovery goes on from the item. */
export function reportFailure(
  session: Session,
  r: number,
  text: string,
  at: string,
): Step<boolean> {
  return mine(session, r) ? step(notify(session, text, at), true) : step(session, false)
}

/**
 * Stop line 1: closed and empty in one update; nothing but an append opens the session again. The job number that it
 * takes fences off every job before it: a runner started with it ends them and finds nothing to do.
 */
export function stop(session: Session, text: string, at: string): Step<Stopped> {
  const { id } = session.run
  const job = session.lastJob + 1
  const emptied: Session = {
    ...withoutTurn(session),
    run: { ...withoutToken(session.run), open: false },
    stopped: id,
    inbox: [],
    parked: [],
    busy: {},
    lastJob: job,
  }
  return step(notify(emptied, text, at), { run: id, job })
}

export interface Stopped {
  readonly run: number
  /** Fencing number of the stop itself. */
  readonly job: number
}

/**
 * Stop and forget in one update: only the counters stay, so that no name of an execution, job or worker is ever used
 * twice. The next message begins a new conversation. Answers what there was to end and to delete.
 */
export function forget(session: Session, cliSession: string, at: string): Step<Session> {
  if (session.deleted) return step(session, session)
  const { sessionId, channel, run, conductor, lastSeq, lastJob, lastTurn, lastWorker } = session
  const { sandboxId } = conductor
  const tombstone: Session = {
    ...newSession(sessionId, channel, cliSession, at),
    // Who deletes again, after a failure half-way, has its sandbox to end still.
    conductor: { cliSession, ...(sandboxId !== undefined && { sandboxId }) },
    run: { id: run.id, open: false, tries: 0 },
    stopped: run.id,
    lastSeq,
    lastJob,
    lastTurn,
    lastWorker,
    forgottenTo: lastSeq,
    deleted: true,
  }
  return step(tombstone, session)
}
