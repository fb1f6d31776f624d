/** How a run waits, closes, reports problems and is stopped. */
import { newSession, outstanding, type Session } from '../core/session.ts'
import { add, isEmpty, since, type Tally } from '../core/tally.ts'
import { transition, unchanged } from '../core/transition.ts'
import {
  count,
  countSandbox,
  isCurrentRun,
  legSeconds,
  notify,
  type SessionTransition,
  unanswered,
  withoutToken,
  withoutTurn,
} from './guards.ts'
import { closeQuestions } from './questions.ts'

/**
 * AwaitMessage: stores the task token and returns whether the run waits. Only AwaitMessage writes the token, and never an
 * older one over a newer one. It waits only while a worker is busy: if a report was held at a budget in the meantime,
 * nothing would wake the run.
 */
export function awaitMessage(
  session: Session,
  r: number,
  token: { k: number; value: string },
): SessionTransition<boolean> {
  const isBusy = Object.keys(session.busy).length > 0
  if (!isCurrentRun(session, r) || outstanding(session) || !isBusy) return unchanged(session, false)
  if (session.run.token && session.run.token.k >= token.k) return unchanged(session, true)
  return transition({ ...session, run: { ...session.run, token } }, true)
}

/** What a receipt needs besides the session: the ledger's total, and the time (ISO 8601). */
export interface RunAccount {
  readonly models: Tally
  readonly at: string
}

/** Closes the run with a receipt if nothing is outstanding. Returns whether the run is closed now. */
export function closeRun(
  session: Session,
  r: number,
  account: RunAccount,
): SessionTransition<boolean> {
  if (session.run.id === r && !session.run.open) return unchanged(session, true)
  if (!isCurrentRun(session, r) || outstanding(session)) return unchanged(session, false)
  const { run: _, ...raised } = session.raised
  const closed = {
    ...session,
    raised,
    run: { ...withoutToken(session.run), open: false },
  }
  return transition(withReceipt(closed, account), true)
}

/** Adds a receipt of what was spent since the previous one, if anything was. Receipts neither skip nor repeat spending. */
function withReceipt(session: Session, { models, at }: RunAccount): Session {
  const total = add(session.counts, models)
  const spent = since(total, session.receipted)
  if (isEmpty(spent)) return session
  const { judged, ...others } = session
  const seq = session.lastSeq + 1
  const entry = {
    ...({ seq, kind: 'receipt', run: session.run.id, spent, at } as const),
    ...(judged && { judged }),
  }
  return {
    ...others,
    lastSeq: seq,
    receipted: total,
    pendingEntries: [...session.pendingEntries, entry],
  }
}

/** Adds a notice about the abandoned messages and removes them, in one update. The entry is written from the item. */
export function notifyAbandoned(
  session: Session,
  r: number,
  text: string,
  at: string,
): SessionTransition<boolean> {
  if (!isCurrentRun(session, r) || session.abandoned.length === 0) return unchanged(session, false)
  return transition({ ...notify(session, text, at, session.abandoned), abandoned: [] }, true)
}

/**
 * Records an error in the history for the operator. Nothing else changes, and recovery continues from the item. Senders
 * hear about it only if their message is abandoned.
 */
export function reportFailure(
  session: Session,
  r: number,
  text: string,
  at: string,
): SessionTransition<boolean> {
  return isCurrentRun(session, r)
    ? transition(notify(session, text, at, []), true)
    : unchanged(session, false)
}

/**
 * Closes and empties the session in one update; only an append opens it again. The new job number fences off every
 * earlier job: a runner started with it ends them and finds nothing to do. `request` is the message that asked for the
 * stop, if there was one.
 */
export function stopRun(
  session: Session,
  text: string,
  account: RunAccount,
  request: readonly { readonly id: string }[] = [],
): SessionTransition<StoppedRun> {
  const { id } = session.run
  const job = session.lastJob + 1
  const { over: _, paused: __, ...going } = withoutTurn(session)
  const now = Date.parse(account.at)
  const workers = Object.keys(session.busy)
  const sandboxSeconds = legSeconds(session.busy, workers, now)
  const emptied: Session = {
    ...count(countSandbox(going, now), { sandboxSeconds, ended: workers.length }, now),
    run: { ...withoutToken(session.run), open: false },
    stopped: id,
    inbox: [],
    abandoned: [],
    held: [],
    busy: {},
    lastJob: job,
  }
  const dropped = closeQuestions(emptied, session.questions ?? [], 'stopped')
  const told = notify(dropped, text, account.at, [...asked(session), ...request])
  // A run that had closed has its receipt. What was counted later is part of the next one.
  return transition(session.run.open ? withReceipt(told, account) : told, { run: id, job })
}

/** The messages whose senders wait for an answer or for a worker's report, or are asked something. */
const asked = (session: Session) => [
  ...(session.questions ?? []).flatMap(({ about }) => about),
  ...Object.values(session.busy).flatMap(({ about = [] }) => about),
  ...unanswered(session),
]

export interface StoppedRun {
  readonly run: number
  /** Fencing number of the stop itself. */
  readonly job: number
}

/**
 * Stops and forgets the session in one update. The counters stay, so that no name of an execution, job or worker is ever
 * reused. The next message starts a new conversation. Returns the old session, whose parts are still to be ended and
 * deleted.
 */
export function forgetSession(
  session: Session,
  cliSession: string,
  at: string,
): SessionTransition<Session> {
  if (session.deleted) return unchanged(session, session)
  const { sessionId, channel, sender, run, conductor, lastSeq, lastJob, lastTurn, lastWorker } =
    session
  const { sandboxId } = conductor
  const { closedQuestions } = closeQuestions(session, session.questions ?? [], 'deleted')
  const tombstone: Session = {
    ...newSession(sessionId, channel, cliSession, at),
    ...(session.lastQuestion !== undefined && { lastQuestion: session.lastQuestion }),
    ...(closedQuestions && {
      closedQuestions: closedQuestions.filter(({ how }) => how === 'deleted'),
    }),
    ...(sender !== undefined && { sender }),
    // Keep the sandbox id, because a deletion that failed half-way is repeated and must end it.
    conductor: { cliSession, ...(sandboxId !== undefined && { sandboxId }) },
    run: { id: run.id, open: false, tries: 0 },
    stopped: run.id,
    lastSeq,
    lastJob,
    lastTurn,
    lastWorker,
    // Spending stays counted: the day's totals are computed from these.
    counts: session.counts,
    days: session.days,
    receipted: session.receipted,
    forgottenTo: lastSeq,
    deleted: true,
  }
  return transition(tombstone, session)
}
