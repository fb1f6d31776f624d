/** A leg: claimed by a job, told about, brought to its end; each action on the worker's item, of its current leg. */
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

/** StartLeg: a new job number for the leg, with the sandbox it will run in. Answers the number, or nothing: the leg is over. */
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

/** A leg is over with its result, or with its outcome when none came. */
const isOver = ({ result, outcome }: Leg) => result !== undefined || outcome !== undefined

/** A job counts while it is the current one of a leg that is not over. */
export const isCurrentLegJob = (worker: Worker, n: number, job: number) => {
  const leg = currentLeg(worker)
  return worker.live !== undefined && leg.n === n && leg.job === job && !isOver(leg)
}

/** A heartbeat's activity lines; nothing is written when there are none, or the leg is over. */
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

/** The current job's result is noted. Answers the task token to answer, or nothing: dropped. */
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

/** Of the files that the job was given links for, those that its result names are artifacts from now on. */
const settled = (uploads: readonly Upload[], of: LegJob, names: readonly string[]) =>
  uploads.map((upload): Upload => {
    if (upload.leg !== of.leg || upload.job !== of.job) return upload
    const { sha256: _, ...known } = upload
    return names.includes(upload.name) ? { ...known, handedOver: true } : known
  })

/** CollectResult: the leg is over. The report is marked only after it was queued. */
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
