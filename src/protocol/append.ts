/** Append and wake: adds a message to a session and finds the run to wake for it. */
import type { Channel } from '../channels/index.ts'
import { raise } from '../core/budget.ts'
import type { AttachedFile } from '../core/message.ts'
import type { Session, Waiting } from '../core/session.ts'
import { dateOf, type Tally } from '../core/tally.ts'
import { transition, unchanged } from '../core/transition.ts'
import { count, isCurrentRun, legSeconds, type SessionTransition, withoutWorker } from './guards.ts'

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
  }
  /** For a person's message: its channel, and whether it raises the budget at which the run paused. */
  readonly person?: {
    readonly channel: Channel
    readonly raises: boolean
    /** The sender's number or address, if it was proven. */
    readonly sender?: string | undefined
    readonly files?: readonly AttachedFile[] | undefined
  }
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
  const waiting = { seq: noted.lastSeq, id, from, size }
  const received =
    session.paused && from !== 'person'
      ? { ...noted, held: [...noted.held, waiting] }
      : resumeWith(opened(noted, arrival.now), waiting, {
          raises: arrival.person?.raises ?? false,
          closed: !session.run.open,
          now: arrival.now,
        })
  return transition(received, wakeTarget(received))
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
  return { sandboxSeconds, ...(leg.failed && { failedLegs: 1 }) }
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
 * run budget. Otherwise the budget must be raised, or the run pauses again.
 */
function resumeWith(session: Session, waiting: Waiting, going: ResumeOptions): Session {
  const resumed = resume(session, going)
  return { ...resumed, inbox: [...resumed.inbox, waiting] }
}

/** Moves the held messages back to the inbox and raises the budget if asked to. */
function resume(session: Session, { raises, closed, now }: ResumeOptions): Session {
  const { paused, held, ...going } = session
  if (!paused) return session
  const same = !raises || (paused.scope === 'run' && closed)
  return {
    ...going,
    held: [],
    inbox: [...held, ...session.inbox],
    raised: same ? session.raised : raise(session.raised, paused.scope, dateOf(now)),
  }
}

/** Opens the run and raises the budget of a paused session, without a further message. */
export const raiseAndResume = (session: Session, now: number): Session =>
  resume(opened(session, now), { raises: true, closed: !session.run.open, now })

interface ResumeOptions {
  readonly raises: boolean
  readonly closed: boolean
  readonly now: number
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
