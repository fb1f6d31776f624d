/** The bounds of a worker's loop: when the conductor may not send it on, and a person decides instead. */
import type { Finding } from '../contract/review.ts'
import { isChangedAfter } from './criteria.ts'
import { plural } from './plural.ts'
import { currentLeg, MAX_LEGS, type Worker } from './worker.ts'

/** What an operator sets. */
export interface WorkerLimits {
  /** How many legs a worker may have. */
  readonly attempts: number
  /** How many hours its legs may take together. The time in which somebody decides does not count. */
  readonly hours: number
}

export interface Bound {
  readonly kind: 'attempts' | 'progress' | 'hours'
  /** The end of a sentence that begins with the worker's id. */
  readonly reason: string
}

/**
 * Returns the bound that keeps a worker from another leg, or undefined. `findings` are those of the verdict on its current
 * leg, if there is one. Once a person has granted attempts, only these count, because the person knows the rest.
 */
export function boundReached(
  worker: Worker,
  findings: readonly Finding[],
  { attempts, hours }: WorkerLimits,
): Bound | undefined {
  const { n } = currentLeg(worker)
  const most = Math.min(worker.granted?.legs ?? attempts, MAX_LEGS)
  if (n >= most) return { kind: 'attempts', reason: `has had its ${plural(n, 'attempt')}` }
  if (worker.granted) return undefined
  const stuck = unmetAgain(worker, findings)
  if (stuck.length > 0)
    return {
      kind: 'progress',
      reason: `makes no progress: ${stuck.join(', ')} unmet twice in a row, and nothing else that was unmet is met now`,
    }
  if (legHours(worker) < hours) return undefined
  return { kind: 'hours', reason: `has worked for its ${plural(hours, 'hour')}` }
}

/** Returns the criteria that are unmet as in the verdict before. If any that was unmet is met now, that is progress. */
function unmetAgain(worker: Worker, findings: readonly Finding[]): readonly string[] {
  const { verdicts = [] } = worker
  const before = verdicts.findLast(({ leg }) => leg < currentLeg(worker).n)
  if (!before) return []
  const unmet = before.criteria.filter(({ status }) => status === 'unmet').map(({ id }) => id)
  const now = (id: string) => findings.find((finding) => finding.id === id)?.status
  if (unmet.some((id) => now(id) === 'met')) return []
  return unmet.filter((id) => now(id) === 'unmet' && !isChangedAfter(worker, id, before.leg))
}

/** How long its legs took together, from their assignments to their reports. */
const legHours = ({ legs }: Worker): number =>
  legs.reduce(
    (sum, { startedAt, endedAt = startedAt }) => sum + Date.parse(endedAt) - Date.parse(startedAt),
    0,
  ) / 3_600_000
