/** Append and wake: adds a message to a session and finds the run to wake for it. */
import type { Channel } from '../channels/index.ts'
import { raise, raisesToContinue } from '../core/budget.ts'
import type { AttachedFile } from '../core/message.ts'
import type { Session, Waiting } from '../core/session.ts'
import { dateOf, type Tally } from '../core/tally.ts'
import { transition, unchanged } from '../core/transition.ts'
import {
  count,
  isCurrentRun,
  legSeconds,
  notify,
  type SessionTransition,
  withoutWorker,
} from './guards.ts'

export interface Arrival {
  readonly id: string
  readonly from: Waiting['from']
  readonly size: number
  /** Its body is marked as appended; that was so long ago that the session no longer holds its id. */
  readonly appended?: boolean
  /** For a worker's report: the leg it reports on, and the run that assigned the leg. */
  readonly leg?: {
    readonly workerId: string
    readonly leg: number
    readonly run: number
    /** How long its sandbox ran. */
    readonly seconds?: number | undefined
    readonly failed?: boolean
    /** A verifier was started for it. */
    readonly verified?: boolean
  }
  readonly person?: {
    readonly channel: Channel
    /** The sender's number or address, if it was proven. */
    readonly sender?: string | undefined
    readonly files?: readonly AttachedFile[] | undefined
  }
  /** Questions that it answers, and those beside which the conductor has to read it. */
  readonly questions?: Waiting['questions']
  readonly beside?: Waiting['beside']
  /** When it is appended, ms since the epoch. */
  readonly now: number
}

/** The run to wake after an append or a recovery; undefined if the run is closed. */
export type WakeTarget = { readonly run: number; readonly token?: string } | undefined

/** Returns the run to wake in the session's current state. */
export const wakeTarget = ({ run }: Session): WakeTarget =>
  run.open ? { run: run.id, ...(run.token && { token: run.token.value }) } : undefined

/**
 * The most messages that wait in one session; further ones wait on the queue, in order. The session's own notices are
 * always taken, because they come with the end of a command, and a turn that cannot end would never make room.
 */
const INBOX = 1000

/** The inbox is full, so the queue must try again later. */
export class InboxFull extends Error {
  override readonly name = 'InboxFull'

  constructor(sessionId: string) {
    super(`session ${sessionId} already has ${INBOX} waiting messages`)
  }
}

/** Appends a message. A known id also wakes the run, because the first attempt may have died between append and wake. */
export function append(session: Session, arrival: Arrival): SessionTransition<WakeTarget> {
  if (arrival.appended || session.seen[arrival.id] !== undefined)
    return unchanged(session, wakeTarget(session))
  const { id, from, size, leg } = arrival
  // A deleted session has no workers left. Drop reports that they sent before.
  if (session.deleted && leg && leg.run <= session.stopped) return unchanged(session, undefined)
  if (session.inbox.length >= INBOX && from !== 'system') throw new InboxFull(session.sessionId)
  const noted = recordMessage(session, arrival)
  if (leg && leg.run <= session.stopped) return transition(noted, undefined)
  if (isRefused(session, arrival)) {
    // Recorded and answered in one write. The run stays as it is, so that nothing grows but the history.
    const at = new Date(arrival.now).toISOString()
    return transition(notify(noted, HELD_FULL, at, [{ id }]), wakeTarget(noted))
  }
  const { questions, beside } = arrival
  const waiting = {
    ...{ seq: noted.lastSeq, id, from, size },
    ...(questions && { questions }),
    ...(beside && { beside }),
  }
  const appended =
    session.paused && from !== 'person'
      ? { ...noted, held: [...noted.held, waiting] }
      : received(opened(noted, arrival.now), waiting)
  return transition(appended, wakeTarget(appended))
}

/**
 * The most messages that are held at a budget. Further ones are refused, and not left on the queue, where they would keep
 * `continue` from ever arriving.
 */
const HELD = 200

const HELD_FULL = `This conversation is paused at a budget and already holds ${HELD} messages. Your message is in the history, but it will not be answered. Send /continue first, then send it again.`

/** Returns whether the message would only be held, and enough are held. */
export function isRefused({ paused, held, run }: Session, { from }: Arrival): boolean {
  if (!paused || from !== 'person' || held.length < HELD) return false
  const hasFreshBudget = paused.scope === 'run' && !run.open
  return !hasFreshBudget
}

/** How many of the latest attachments a session's sandboxes get: as many files as one list of artifacts may have. */
const FILES = 20

/** Gives the message its number and counts it. */
export function recordMessage(session: Session, arrival: Arrival): Session {
  const { id, leg, person, now } = arrival
  const seq = session.lastSeq + 1
  const { deleted, ...alive } = session
  const noted: Session = {
    ...alive,
    // A new conversation inherits nothing from the deleted one, least of all its sandbox.
    conductor: deleted ? { cliSession: session.conductor.cliSession } : session.conductor,
    lastSeq: seq,
    seen: { ...session.seen, [id]: seq },
    pendingEntries: [...session.pendingEntries, { seq, kind: 'message', id }],
    busy: leg ? withoutWorker(session.busy, leg.workerId, leg.leg) : session.busy,
    // Only the first sender counts, because a later one would count the same spending twice.
    ...(person?.sender !== undefined && session.lastSeq === 0 && { sender: person.sender }),
    ...(person?.files?.length && {
      files: [...(alive.files ?? []), ...person.files].slice(-FILES),
    }),
  }
  return count(noted, countsOf(session, arrival), now)
}

function countsOf({ busy }: Session, { person, leg, now }: Arrival): Tally {
  if (person) return { [`in.${person.channel}`]: 1 }
  // A leg that is no longer busy was counted when it ended.
  if (!leg || busy[leg.workerId]?.leg !== leg.leg) return {}
  const sandboxSeconds = leg.seconds ?? legSeconds(busy, [leg.workerId], now)
  return {
    sandboxSeconds,
    ...(leg.failed && { failedLegs: 1 }),
    ...(leg.verified && { verifications: 1 }),
  }
}

/** Opens a run. The conductor's sandbox was paused since the last one, so that time is not counted. */
function opened(session: Session, now: number): Session {
  const { run, conductor } = session
  if (run.open) return session
  return {
    ...session,
    run: { id: run.id + 1, open: true, tries: 0 },
    ...(conductor.awakeSince !== undefined && { conductor: { ...conductor, countedTo: now } }),
  }
}

/**
 * Adds a message for the conductor, after those held at a budget. If the run had closed, the new run starts with a fresh
 * run budget. Otherwise the run pauses again.
 */
function received(session: Session, waiting: Waiting): Session {
  const resumed = resume(session)
  return { ...resumed, inbox: [...resumed.inbox, waiting] }
}

/** Moves the messages that are held at a budget back to the inbox. */
function resume(session: Session): Session {
  const { paused, held, ...resumed } = session
  return paused ? { ...resumed, held: [], inbox: [...held, ...session.inbox] } : session
}

/**
 * Opens the run and raises the budget of a paused session. The budget of a closed run needs no raise, because the next is
 * fresh, unless it is too small for a single answer.
 */
export function raiseAndResume(session: Session, now: number): Session {
  const { paused, run, raised } = session
  const resumed = resume(opened(session, now))
  if (!paused) return resumed
  const times = raisesToContinue(paused, paused.scope === 'run' && !run.open)
  return times === 0
    ? resumed
    : { ...resumed, raised: raise(raised, paused.scope, dateOf(now), times) }
}

/** The execution of run `r` has ended but the run is still open, so a new run takes the session over. */
export function recoverRun(session: Session, r: number): SessionTransition<WakeTarget> {
  if (!isCurrentRun(session, r)) return unchanged(session, wakeTarget(session))
  const recovered = {
    ...session,
    run: { id: r + 1, open: true, tries: session.run.tries + 1 },
  }
  return transition(recovered, wakeTarget(recovered))
}
