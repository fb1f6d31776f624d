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
  type WorkerStep,
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
): WorkerStep<number | undefined> {
  const leg = currentLeg(worker)
  if (!worker.live || leg.n !== n || isOver(leg)) return unchanged(worker, undefined)
  const job = worker.lastJob + 1
  const claimed = {
    ...worker,
    status: 'working' as const,
    activity: 'starting',
    sandboxId,
    lastJob: job,
  }
  return transition(withLeg(claimed, { ...leg, job, token, since: leg.since ?? now }), job)
}

/** A leg is over once it has a result, or an outcome if no result came. */
const isOver = ({ result, outcome }: Leg) => result !== undefined || outcome !== undefined

/** Returns whether the job is the current one of a leg that is not over. */
export const isCurrentLegJob = (worker: Worker, n: number, job: number) => {
  const leg = currentLeg(worker)
  return worker.live !== undefined && leg.n === n && leg.job === job && !isOver(leg)
}

/** Adds a heartbeat's activity lines. Writes nothing if there are none or the leg is over. */
export function noteActivity(
  worker: Worker,
  n: number,
  lines: readonly string[],
  at: string,
): WorkerStep<void> {
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
): WorkerStep<string | undefined> {
  const leg = currentLeg(worker)
  if (!worker.live || leg.n !== n || leg.job !== job) return unchanged(worker, undefined)
  if (leg.result !== undefined) return unchanged(worker, leg.token)
  const stored = withLeg(worker, { ...leg, result, activity })
  return transition(
    {
      ...stored,
      lastActivity: at,
      ...(transcript !== undefined && { transcript }),
      ...(worker.uploads && { uploads: settled(worker.uploads, { leg: n, job }, artifacts) }),
    },
    leg.token,
  )
}

/** Marks the uploads that the job's result names as handed over. */
const settled = (uploads: readonly Upload[], of: LegJob, names: readonly string[]) =>
  uploads.map((upload): Upload => {
    if (upload.leg !== of.leg || upload.job !== of.job) return upload
    const { sha256: _, ...known } = upload
    return names.includes(upload.name) ? { ...known, handedOver: true } : known
  })

/** CollectResult: ends the leg. Call it only after the report was queued, because it marks the report as sent. */
export function endLeg(
  worker: Worker,
  n: number,
  { outcome, used, at }: { outcome: LegOutcome; used: Tally; at: string },
): WorkerStep<void> {
  const leg = currentLeg(worker)
  if (leg.n !== n || leg.reported) return unchanged(worker, undefined)
  const ended = withLeg(worker, { ...leg, outcome, used, endedAt: at, reported: true })
  return transition(
    {
      ...ended,
      lastActivity: at,
      ...(worker.live && { status: 'reported', activity: `reported: ${outcome}` }),
    },
    undefined,
  )
}
