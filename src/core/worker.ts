/** The worker item: a sandbox with a task and its legs, changed by one conditional write at a time. */
import type { ReturnAddress } from '../channels/index.ts'
import type { Tally } from './tally.ts'
import { type Transition, transition, unchanged } from './transition.ts'

export type WorkerStatus =
  /** A leg is assigned and waits for its sandbox. */
  | 'queued'
  | 'working'
  /** The conductor has the last leg's report. */
  | 'reported'
  /** Ended: the conductor was satisfied, was not satisfied, or gave no verdict. */
  | 'accepted'
  | 'rejected'
  | 'ended'

/** How a worker ends: the conductor was satisfied, was not satisfied, or gave no verdict. */
export type Verdict = 'accepted' | 'rejected' | 'ended'

export type LegOutcome = 'done' | 'failed' | 'timeout' | 'lost'

export interface Leg {
  readonly n: number
  /** The command that assigned it; a repeated command does not assign it again. */
  readonly commandId: string
  /** The run that assigned it. */
  readonly run: number
  /** Return addresses of the people who asked for it; they get the reply after the review. */
  readonly replyTo?: readonly ReturnAddress[]
  /** Later instructions. The first leg has none, because it has the worker's task. */
  readonly instructions?: string
  readonly startedAt: string
  /** How long it may take (seconds), and until when (ms since the epoch). */
  readonly seconds: number
  readonly deadline: number
  /** When its sandbox was first ready (ms since the epoch). */
  readonly since?: number
  readonly job?: number
  readonly token?: string
  readonly result?: string
  readonly outcome?: LegOutcome
  readonly endedAt?: string
  readonly reported?: boolean
  /** Model usage of its jobs. */
  readonly used?: Tally
  /** One line a tool call, the last 200. */
  readonly activity: readonly string[]
}

/** Names a job of a leg. */
export interface LegJob {
  readonly leg: number
  readonly job: number
}

/** A file that a job was given a link to upload. */
export interface Upload extends LegJob {
  readonly name: string
  readonly size: number
  /** In base64; removed once the job's result is stored. */
  readonly sha256?: string
  /** The job's result says that it was uploaded, so it is one of the worker's artifacts. */
  readonly handedOver?: true
}

export interface Worker {
  readonly sessionId: string
  readonly workerId: string
  readonly task: string
  readonly criteria: readonly string[]
  readonly status: WorkerStatus
  readonly reason?: string
  readonly startedAt: string
  /** ISO 8601. */
  readonly lastActivity: string
  /** The latest line of activity. */
  readonly activity: string
  readonly sandboxId?: string
  readonly cliSession: string
  readonly transcript?: string
  readonly lastJob: number
  /** Number of the current leg. */
  readonly leg: number
  /** Oldest first; the last one is the current leg. */
  readonly legs: readonly Leg[]
  /** Oldest first. Includes uploads that never became artifacts, because their files may be in the bucket. */
  readonly uploads?: readonly Upload[]
  /** Present until the worker ends: the key of the sparse index of live workers. */
  readonly live?: 'live'
}

/** An action on the worker's item. */
export type WorkerStep<Output> = Transition<Worker, Output>

/** The message id of a leg's report. */
export const legId = (workerId: string, leg: number) => `${workerId}.${leg}`

export const currentLeg = ({ legs }: Worker): Leg => {
  const leg = legs.at(-1)
  if (!leg) throw new Error('a worker has at least one leg')
  return leg
}

export interface Assignment {
  readonly commandId: string
  readonly run: number
  readonly at: Date
  readonly replyTo?: readonly ReturnAddress[]
  /** How long the leg may take. */
  readonly seconds: number
}

const newLeg = (
  n: number,
  { commandId, run, at, replyTo = [], seconds }: Assignment,
  instructions?: string,
): Leg => ({
  n,
  commandId,
  run,
  ...(replyTo.length > 0 && { replyTo }),
  ...(instructions !== undefined && { instructions }),
  startedAt: at.toISOString(),
  seconds,
  deadline: at.getTime() + seconds * 1000,
  activity: [],
})

/** SPAWN_WORKER: the worker and its first leg. */
export const newWorker = (
  id: { sessionId: string; workerId: string; cliSession: string },
  work: { task: string; criteria: readonly string[] },
  assignment: Assignment,
): Worker => ({
  ...id,
  ...work,
  status: 'queued',
  startedAt: assignment.at.toISOString(),
  lastActivity: assignment.at.toISOString(),
  activity: 'queued',
  lastJob: 0,
  leg: 1,
  legs: [newLeg(1, assignment)],
  live: 'live',
})

/** Bounded, because an item's size is. */
const MAX_LEGS = 20
const compact = (leg: Leg): Leg => ({
  ...leg,
  ...(leg.instructions !== undefined && { instructions: leg.instructions.slice(0, 1_000) }),
  activity: leg.activity.slice(-10),
})

/** MESSAGE_WORKER: adds a leg. Returns its number, or why there is none. */
export function instruct(
  worker: Worker,
  instructions: string,
  assignment: Assignment,
): WorkerStep<{ leg: number } | { refused: string }> {
  const leg = currentLeg(worker)
  if (leg.commandId === assignment.commandId) return unchanged(worker, { leg: leg.n })
  if (!worker.live) return unchanged(worker, { refused: `${worker.workerId} has ended` })
  if (!leg.outcome)
    return unchanged(worker, { refused: `${worker.workerId} is still busy; its report will come` })
  if (leg.n >= MAX_LEGS)
    return unchanged(worker, { refused: `${worker.workerId} has had its ${MAX_LEGS} legs` })
  const n = leg.n + 1
  return transition(
    {
      ...worker,
      status: 'queued',
      activity: 'queued',
      lastActivity: assignment.at.toISOString(),
      leg: n,
      legs: [...worker.legs.map(compact), newLeg(n, assignment, instructions)],
    },
    { leg: n },
  )
}

/** Ends the worker (KILL_WORKER, or the end of its session). Returns the sandbox to end, if there is one. */
export function closeWorker(
  worker: Worker,
  { status, reason, at }: { status: Verdict; reason?: string | undefined; at: string },
): WorkerStep<{ sandboxId?: string }> {
  const sandbox = worker.sandboxId === undefined ? {} : { sandboxId: worker.sandboxId }
  if (!worker.live) return unchanged(worker, sandbox)
  const { live: _, ...closed } = worker
  return transition(
    {
      ...closed,
      status,
      activity: status,
      lastActivity: at,
      ...(reason !== undefined && { reason }),
    },
    sandbox,
  )
}
