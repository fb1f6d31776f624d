/** Append and wake: how a message gets in and who is woken for it. */
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
  /** Its body is marked: it was appended so long ago that the session has forgotten its id. */
  readonly appended?: boolean
  /** For a worker's report: the leg it reports, and the run that assigned it. */
  readonly leg?: {
    readonly workerId: string
    readonly leg: number
    readonly run: number
    /** How long its sandbox ran. */
    readonly seconds?: number | undefined
    readonly failed?: boolean
  }
  /** For a person's message: where it came from, and whether it raises the budget at which the run paused. */
  readonly person?: {
    readonly channel: Channel
    readonly raises: boolean
    /** The number or address that was proven to be theirs. */
    readonly sender?: string | undefined
    readonly files?: readonly AttachedFile[] | undefined
  }
  /** When it is appended, ms since the epoch. */
  readonly now: number
}

/** Whom to wake after an append or a recovery; nobody when the run is closed. */
export type WakeTarget = { readonly run: number; readonly token?: string } | undefined

/** Whom to wake as the session is. */
export const wakeTarget = ({ run }: Session): WakeTarget =>
  run.open ? { run: run.id, ...(run.token && { token: run.token.value }) } : undefined

/**
 * Messages that wait in one session at most; more of them wait on the queue, in order. A notice of the session's own
 * is always taken: it comes with the end of a command, and a turn that cannot end would never make room.
 */
const INBOX = 1000

/** The queue tries again later. */
export class InboxFull extends Error {
  override readonly name = 'InboxFull'

  constructor(sessionId: string) {
    super(`${INBOX} messages wait in session ${sessionId}: no more for now`)
  }
}

/** Wake line 2. A known id wakes too: the first delivery may have died between its append and its wake. */
export function append(session: Session, arrival: Arrival): SessionTransition<WakeTarget> {
  if (arrival.appended || session.seen[arrival.id] !== undefined)
    return unchanged(session, wakeTarget(session))
  const { id, from, size, leg } = arrival
  // A deleted session has no worker left: what one of them said is forgotten with it.
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

/** The latest files that the sandboxes of a session get; with each other they may be as much as one artifact list. */
const FILES = 20

/** The message has its number and is counted. */
export function recordMessage(session: Session, arrival: Arrival): Session {
  const { id, leg, person, now } = arrival
  const seq = session.lastSeq + 1
  const { deleted, ...alive } = session
  const noted: Session = {
    ...alive,
    // A new conversation has nothing of the deleted one, least of all its sandbox.
    conductor: deleted ? { cliSession: session.conductor.cliSession } : session.conductor,
    lastSeq: seq,
    seen: { ...session.seen, [id]: seq },
    pendingEntries: [...session.pendingEntries, { seq, kind: 'message', id }],
    busy: leg ? withoutWorker(session.busy, leg.workerId, leg.leg) : session.busy,
    // Whoever wrote first: another one later would have the same spending counted twice.
    ...(person?.sender !== undefined && session.lastSeq === 0 && { sender: person.sender }),
    ...(person?.files?.length && {
      files: [...(alive.files ?? []), ...person.files].slice(-FILES),
    }),
  }
  return count(noted, countsOf(session, arrival), now)
}

function countsOf({ busy }: Session, { person, leg, now }: Arrival): Tally {
  if (person) return { [`in.${person.channel}`]: 1 }
  // A leg that is not busy any more was counted when it was ended.
  if (!leg || busy[leg.workerId]?.leg !== leg.leg) return {}
  const sandboxSeconds = leg.seconds ?? legSeconds(busy, [leg.workerId], now)
  return { sandboxSeconds, ...(leg.failed && { failedLegs: 1 }) }
}

/** Since its last run ended, the conductor's sandbox has rested: that time is nobody's. */
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
 * A message for the conductor; what was held at a budget goes before it, and is tried again. A run that was closed there
 * has its budget anew; one that is open still, and every other scope, goes on once it is raised.
 */
function resumeWith(session: Session, waiting: Waiting, going: ResumeOptions): Session {
  const resumed = resume(session, going)
  return { ...resumed, inbox: [...resumed.inbox, waiting] }
}

/** The session as it is when nothing is held any more. */
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

/** A paused session goes on with its budget raised, and with no further message; the run is open then. */
export const raiseAndResume = (session: Session, now: number): Session =>
  resume(opened(session, now), { raises: true, closed: !session.run.open, now })

interface ResumeOptions {
  readonly raises: boolean
  readonly closed: boolean
  readonly now: number
}

/** Wake line 5: the execution of run `r` is over and the run still open, so a new run takes the item over. */
export function recoverRun(session: Session, r: number): SessionTransition<WakeTarget> {
  if (!isCurrentRun(session, r)) return unchanged(session, wakeTarget(session))
  const recovered = {
    ...session,
    run: { id: r + 1, open: true, tries: session.run.tries + 1 },
  }
  return transition(recovered, wakeTarget(recovered))
}
