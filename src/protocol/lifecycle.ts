/** How a run waits, ends, tells and is stopped. */
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

/**
 * AwaitMessage: only it writes the token, never an older one over a younger, and only while a worker is busy: a report
 * that was held at a budget in between leaves nothing outstanding, and nobody would wake the run. Answers whether it waits.
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

/** What a run's end is accounted with: the ledger's total, and when (ISO 8601). */
export interface RunAccount {
  readonly models: Tally
  readonly at: string
}

/** CloseRun: only when nothing is outstanding; with the run's receipt. Answers whether the run is closed now. */
export function closeRun(
  session: Session,
  r: number,
  account: RunAccount,
): SessionTransition<boolean> {
  if (session.run.id === r && !session.run.open) return unchanged(session, true)
  if (!isCurrentRun(session, r) || outstanding(session)) return unchanged(session, false)
  // Its sandbox is about to be paused: the hour it may run begins anew with the next turn.
  const { awakeSince: _, countedTo: __, ...conductor } = session.conductor
  const { run: ___, ...raised } = session.raised
  const closed = {
    ...session,
    conductor,
    raised,
    run: { ...withoutToken(session.run), open: false },
  }
  return transition(withReceipt(closed, account), true)
}

/** What was spent since the receipt before, as an entry; none when nothing was. Receipts leave nothing out and nothing twice. */
function withReceipt(session: Session, { models, at }: RunAccount): Session {
  const total = add(session.counts, models)
  const spent = since(total, session.receipted)
  if (isEmpty(spent)) return session
  const seq = session.lastSeq + 1
  const entry = { seq, kind: 'receipt', run: session.run.id, spent, at } as const
  return {
    ...session,
    lastSeq: seq,
    receipted: total,
    pendingEntries: [...session.pendingEntries, entry],
  }
}

/** Tell: the notice gets its number and the abandoned messages leave, in one update; the entry is written from the item. */
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
 * Any error: it stands in the history, for the operator; nothing else moves, and recovery goes on from the item. Whoever
 * asked is told when their message is given up.
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
 * Stop line 1: closed and empty in one update; nothing but an append opens the session again. The job number that it
 * takes fences off every job before it: a runner started with it ends them and finds nothing to do. `order` is the
 * message that asked for it, if one did.
 */
export function stopRun(
  session: Session,
  text: string,
  account: RunAccount,
  order: readonly { readonly id: string }[] = [],
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
  return transition(
    withReceipt(notify(emptied, text, account.at, [...asked(session), ...order]), account),
    { run: id, job },
  )
}

/** What somebody waits for an answer to, or for the report of a worker. */
const asked = (session: Session) => [
  ...Object.values(session.busy).flatMap(({ about = [] }) => about),
  ...unanswered(session),
]

export interface StoppedRun {
  readonly run: number
  /** Fencing number of the stop itself. */
  readonly job: number
}

/**
 * Stop and forget in one update: only the counters stay, so that no name of an execution, job or worker is ever used
 * twice. The next message begins a new conversation. Answers what there was to end and to delete.
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
  const tombstone: Session = {
    ...newSession(sessionId, channel, cliSession, at),
    ...(sender !== undefined && { sender }),
    // Who deletes again, after a failure half-way, has its sandbox to end still.
    conductor: { cliSession, ...(sandboxId !== undefined && { sandboxId }) },
    run: { id: run.id, open: false, tries: 0 },
    stopped: run.id,
    lastSeq,
    lastJob,
    lastTurn,
    lastWorker,
    // What was spent was spent: the totals of the day know the session by these.
    counts: session.counts,
    days: session.days,
    receipted: session.receipted,
    forgottenTo: lastSeq,
    deleted: true,
  }
  return transition(tombstone, session)
}
