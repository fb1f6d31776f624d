/** Actions on a worker's current leg: a job claims it, reports activity and a result, and ends it. */
import type { Tally } from './tally.ts'
import { transition, unchanged } from './transition.ts'
import {
  currentLeg,
  type Leg,
  type LegJob,
  type LegOutcome,
  type Upload,
  type Worker,
  type WorkerTransition,
} from './worker.ts'

const withLeg = (worker: Worker, leg: Leg): Worker => ({
  ...worker,
  legs: [...worker.legs.slice(0, -1), leg],
})

/** StartLeg: assigns a new job number and a sandbox to the leg. Returns the number, or undefined if the leg is over. */
export function claimLeg(
  worker: Worker,
  n: number,
  { token, sandboxId, now }: { token: string; sandboxId: string; now: number },
): WorkerTransition<number | undefined> {
  const leg = currentLeg(worker)
  if (!worker.live || leg.n !== n || isOver(leg)) return unchanged(worker, undefined)
  const job = worker.lastJob + 1
  const { item, filesLost } = inSandbox(worker, sandboxId)
  const claimed: Worker = { ...item, status: 'working', activity: 'starting', lastJob: job }
  const started = { ...leg, job, token, since: leg.since ?? now, ...(filesLost && { filesLost }) }
  return transition(withLeg(claimed, started), job)
}

/** Moves the worker into a sandbox. Files are lost if another one has those of earlier legs. */
function inSandbox(worker: Worker, sandboxId: string): { item: Worker; filesLost?: true } {
  if (worker.sandboxId === sandboxId) return { item: worker }
  const { sandboxFailures: _, ...kept } = worker
  const moved = { ...kept, sandboxId }
  if (worker.sandboxId === undefined || worker.legs.length === 1) return { item: moved }
  return { item: { ...moved, filesLost: true }, filesLost: true }
}

/**
 * Counts a failed attempt to use the worker's sandbox. If E2B provides no other one either (`sandboxId` is undefined), the
 * failures before were not about this one and are forgotten.
 */
export function countSandboxFailure(
  worker: Worker,
  sandboxId: string | undefined,
): WorkerTransition<void> {
  const { sandboxFailures, ...others } = worker
  if (sandboxId === undefined)
    return sandboxFailures === undefined
      ? unchanged(worker, undefined)
      : transition(others, undefined)
  if (worker.sandboxId !== sandboxId) return unchanged(worker, undefined)
  return transition({ ...worker, sandboxFailures: (sandboxFailures ?? 0) + 1 }, undefined)
}

/** A leg is over once it has a result, or an outcome if no result came. */
const isOver = ({ result, outcome }: Leg) => result !== undefined || outcome !== undefined

/** Returns whether the job is the current one of a leg that is not over. */
export const isCurrentLegJob = (worker: Worker, n: number, job: number) => {
  const leg = currentLeg(worker)
  return worker.live !== undefined && leg.n === n && leg.job === job && !isOver(leg)
}

/** Returns whether the job's leg has no outcome yet. It may have a result already, which the job sends again. */
export const mayReport = (worker: Worker, n: number, job: number) => {
  const leg = currentLeg(worker)
  return worker.live !== undefined && leg.n === n && leg.job === job && leg.outcome === undefined
}

/** Adds a heartbeat's activity lines. Writes nothing if there are none or the leg is over. */
export function noteActivity(
  worker: Worker,
  n: number,
  lines: readonly string[],
  at: string,
): WorkerTransition<void> {
  const leg = currentLeg(worker)
  const last = lines.at(-1)
  if (!worker.live || leg.n !== n || isOver(leg) || last === undefined)
    return unchanged(worker, undefined)
  const activity = [...leg.activity, ...lines].slice(-200)
  return transition(
    { ...withLeg(worker, { ...leg, activity }), activity: last, lastActivity: at },
    undefined,
  )
}

/** Stores the current job's result. Returns the task token to complete, or undefined if the result is dropped. */
export function storeLegResult(
  worker: Worker,
  n: number,
  job: number,
  {
    result,
    activity,
    transcript,
    artifacts = [],
    at,
  }: {
    result: string
    activity: readonly string[]
    transcript?: string | undefined
    artifacts?: readonly string[] | undefined
    at: string
  },
): WorkerTransition<string | undefined> {
  const leg = currentLeg(worker)
  if (!worker.live || leg.n !== n || leg.job !== job) return unchanged(worker, undefined)
  if (leg.result !== undefined) return unchanged(worker, leg.token)
  const { sandboxFailures: _, filesLost, ...kept } = worker
  const stored = withLeg(kept, { ...leg, result, activity })
  return transition(
    {
      ...stored,
      lastActivity: at,
      // What the worker was told is in its new transcript. Otherwise it has to be told again.
      ...(transcript === undefined ? filesLost && { filesLost } : { transcript }),
      ...(worker.uploads && { uploads: settled(worker.uploads, { leg: n, job }, artifacts) }),
    },
    leg.token,
  )
}

/** Marks the uploads that the job's result names as handed over. */
const settled = (uploads: readonly Upload[], of: LegJob, names: readonly string[]) =>
  uploads.map((upload): Upload => {
    if (upload.leg !== of.leg || upload.job !== of.job) return upload
    if (names.includes(upload.name)) return { ...upload, handedOver: true }
    const { sha256: _, ...known } = upload
    return known
  })

/**
 * Ends the leg. Call it only after the report was queued, because it marks the report as sent. Returns whether this call
 * did it.
 */
export function endLeg(
  worker: Worker,
  n: number,
  { outcome, used, at }: { outcome: LegOutcome; used: Tally; at: string },
): WorkerTransition<boolean> {
  const leg = currentLeg(worker)
  if (leg.n !== n || leg.reported) return unchanged(worker, false)
  const ended = withLeg(worker, { ...leg, outcome, used, endedAt: at, reported: true })
  return transition(
    {
      ...ended,
      lastActivity: at,
      ...(worker.live && { status: 'reported', activity: `reported: ${outcome}` }),
    },
    true,
  )
}
