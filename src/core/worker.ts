/** The worker item: a sandbox with a task and its legs, changed by one conditional write at a time. */
import * as z from 'zod'
import type { ReturnAddress } from '../channels/index.ts'
import type { Verification, WorkerVerdict } from '../contract/review.ts'
import type { CriterionChanged } from './criteria.ts'
import type { Tally } from './tally.ts'
import { type Transition, transition, unchanged } from './transition.ts'
import type { VerifyPolicy } from './verify-policy.ts'

export type WorkerStatus =
  /** A leg is assigned and waits for its sandbox. */
  | 'queued'
  | 'working'
  /** An independent verifier checks the last leg before its report is sent. */
  | 'verifying'
  /** The conductor has the last leg's report. */
  | 'reported'
  /** Ended: the conductor was satisfied, was not satisfied, or gave no verdict. */
  | 'accepted'
  | 'rejected'
  | 'ended'

/** How a worker ends: the conductor was satisfied, was not satisfied, or gave no verdict. */
export type Verdict = 'accepted' | 'rejected' | 'ended'

export const legOutcome = z.enum(['done', 'failed', 'timeout', 'lost'])
export type LegOutcome = z.infer<typeof legOutcome>

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
  /** How long it may take, and how long its verification may, if its report may be verified. */
  readonly seconds: number
  readonly verifySeconds?: number
  /** Until when both may take (ms since the epoch). */
  readonly deadline: number
  /** When its sandbox was first ready (ms since the epoch). */
  readonly since?: number
  /** It began in a new sandbox, without the files of earlier legs. Its report says so. */
  readonly filesLost?: true
  readonly job?: number
  readonly token?: string
  readonly result?: string
  readonly outcome?: LegOutcome
  readonly endedAt?: string
  readonly reported?: boolean
  /** Model usage of its jobs. */
  readonly used?: Tally
  /** The id of the verifier that was started, and how long the leg's own sandbox had run by then (seconds). */
  readonly verifier?: string
  readonly ranSeconds?: number
  /** What an independent verifier found, and its usage of models. Stored before the report is queued. */
  readonly verification?: Verification
  readonly verifierUsed?: Tally
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
  /** In base64. It is removed from what is not handed over, and earlier versions removed it from all files. */
  readonly sha256?: string
  /** The job's result says that it was uploaded, so it is one of the worker's artifacts. */
  readonly handedOver?: true
}

export interface Worker {
  readonly sessionId: string
  readonly workerId: string
  readonly task: string
  readonly criteria: readonly string[]
  /** The command that put several workers on the same task. */
  readonly group?: string
  /** Absent if no report is verified. */
  readonly verify?: VerifyPolicy
  /** Set for a verifier: the leg that it checks. Otherwise it has the item and the one leg of a worker. */
  readonly verifies?: { readonly workerId: string; readonly leg: number }
  readonly status: WorkerStatus
  readonly reason?: string
  /** The command that ended it, or the question whose answer accepted another attempt at its task. */
  readonly endedBy?: string
  readonly startedAt: string
  /** ISO 8601. */
  readonly lastActivity: string
  /** The latest line of activity. */
  readonly activity: string
  readonly sandboxId?: string
  /** Failed attempts to use this sandbox, since it last brought a result. */
  readonly sandboxFailures?: number
  /** The sandbox is a replacement, and the worker does not know it yet. */
  readonly filesLost?: true
  readonly cliSession: string
  readonly transcript?: string
  readonly lastJob: number
  /** Number of the current leg. */
  readonly leg: number
  /** Oldest first; the last one is the current leg. */
  readonly legs: readonly Leg[]
  /** Oldest first. Includes uploads that never became artifacts, because their files may be in the bucket. */
  readonly uploads?: readonly Upload[]
  /** The verdicts on its legs, oldest first. Only the last one has its findings in full. */
  readonly verdicts?: readonly WorkerVerdict[]
  /** Why its criteria are no longer those that it was created with, oldest first. */
  readonly criteriaChanges?: readonly CriterionChanged[]
  /** The number of legs up to which a person has let it go on, and the number of the question that they answered. */
  readonly granted?: { readonly question: number; readonly legs: number }
  /** The bound that stopped it after this leg, if no verdict says so. */
  readonly bound?: { readonly leg: number; readonly reason: string }
  /** Present until the worker ends: the key of the sparse index of live workers. Verifiers are apart in it. */
  readonly live?: 'live' | 'verifier'
}

/** An action on the worker's item. */
export type WorkerTransition<Output> = Transition<Worker, Output>

/** The transcript that a job saves, by its name in the worker's folder. It is also the first part of its result's id. */
export const transcriptOf = (job: number) => `j${job}`

/** Returns the number of the last leg that the worker remembers: the one that saved its transcript; 0 if it has none. */
export function rememberedLeg({ transcript, legs, leg }: Worker): number {
  if (transcript === undefined) return 0
  const saved = legs.find(({ job }) => job !== undefined && transcriptOf(job) === transcript)
  return saved?.n ?? leg
}

/** Names a leg. */
export interface LegId {
  readonly sessionId: string
  readonly workerId: string
  readonly leg: number
}

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
  /** How long the leg may take, and its verification, if its report may be verified. */
  readonly seconds: number
  readonly verifySeconds?: number
}

const newLeg = (
  n: number,
  { commandId, run, at, replyTo = [], seconds, verifySeconds }: Assignment,
  instructions?: string,
): Leg => ({
  n,
  commandId,
  run,
  ...(replyTo.length > 0 && { replyTo }),
  ...(instructions !== undefined && { instructions }),
  startedAt: at.toISOString(),
  seconds,
  ...(verifySeconds !== undefined && { verifySeconds }),
  deadline: at.getTime() + (seconds + (verifySeconds ?? 0)) * 1000,
  activity: [],
})

/** SPAWN_WORKER: the worker and its first leg. */
export const newWorker = (
  id: { sessionId: string; workerId: string; cliSession: string },
  work: Pick<Worker, 'task' | 'criteria' | 'verify' | 'group'>,
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
export const MAX_LEGS = 20
/** The history has each report with the whole verification. */
const compact = ({ verification, ...leg }: Leg): Leg => ({
  ...leg,
  ...(verification && {
    verification: {
      ...verification,
      criteria: verification.criteria.map(({ id, status }) => ({ id, status })),
      remarks: [],
    },
  }),
  ...(leg.instructions !== undefined && { instructions: leg.instructions.slice(0, 1_000) }),
  activity: leg.activity.slice(-10),
})

/**
 * MESSAGE_WORKER, or REVIEW_WORKER with `revise`: adds a leg. Returns its number, or why there is none. A report that the session already has must be
 * marked before (see `reportArrived`).
 */
export function instruct(
  worker: Worker,
  instructions: string,
  assignment: Assignment,
  /** Changes the worker in the same write. */
  also: (worker: Worker, leg: number) => Worker = (unchangedWorker) => unchangedWorker,
): WorkerTransition<{ leg: number } | { refused: string }> {
  const leg = currentLeg(worker)
  if (leg.commandId === assignment.commandId) return unchanged(worker, { leg: leg.n })
  if (!worker.live) return unchanged(worker, { refused: `${worker.workerId} has ended` })
  if (!leg.outcome)
    return unchanged(worker, { refused: `${worker.workerId} is still busy; its report will come` })
  if (leg.n >= MAX_LEGS)
    return unchanged(worker, { refused: `${worker.workerId} has had its ${MAX_LEGS} legs` })
  const n = leg.n + 1
  const instructed: Worker = {
    ...also(worker, n),
    status: 'queued',
    activity: 'queued',
    lastActivity: assignment.at.toISOString(),
    leg: n,
    legs: [...worker.legs.map(compact), newLeg(n, assignment, instructions)],
  }
  return transition(instructed, { leg: n })
}

/** Ends the worker (KILL_WORKER, REVIEW_WORKER, or the end of its session). Returns the sandbox to end, if there is one. */
export function closeWorker(
  worker: Worker,
  {
    status,
    reason,
    by,
    at,
  }: { status: Verdict; reason?: string | undefined; by?: string | undefined; at: string },
): WorkerTransition<{ sandboxId?: string }> {
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
      ...(by !== undefined && { endedBy: by }),
    },
    sandbox,
  )
}
