/**
 * The gate of a review: whether a verdict on a worker's current leg holds. It is decided here and not by the conductor,
 * because a model may believe a worker that claims what it has not done.
 */
import type { CriterionStatus, Finding, Review, WorkerVerdict } from '../contract/review.ts'
import { artifactsOf } from './artifacts.ts'
import { changeProblems, criteriaOf, withChanges } from './criteria.ts'
import { currentLeg, type Worker } from './worker.ts'

/**
 * Returns why a worker cannot be reviewed now, or undefined. `isOver` says whether its report has reached the session,
 * which may know it before the worker's item does. A worker can be given up at any time.
 */
export function notReviewable(
  worker: Worker,
  { verdict }: Pick<Review, 'verdict'>,
  isOver: boolean,
): string | undefined {
  const { workerId } = worker
  if (!worker.live) return `${workerId} has ended`
  if (verdict === 'give_up') return undefined
  if (!isOver) return `${workerId} is still busy; its report will come`
  if (waitsForPerson(worker) && verdict !== 'suspicious')
    return `${workerId} is suspicious, so the person decides what becomes of it`
  return undefined
}

/** Returns whether the worker was found suspicious and the person has not decided yet. */
export function waitsForPerson({ verdicts = [] }: Pick<Worker, 'verdicts'>): boolean {
  const last = verdicts.at(-1)
  return last?.outcome === 'suspicious' && last.decision === undefined
}

/** Returns what is wrong with a verdict on a leg that is over, one line each. Without problems it holds. */
export function verdictProblems(worker: Worker, review: Review): readonly string[] {
  const { verdict, criteria: findings, changes = [] } = review
  const judged = verdict === 'accept' ? worker : withChanges(worker, changes, 0)
  return [
    ...changeProblems(worker, changes),
    ...(verdict === 'accept' && changes.length > 0
      ? ['criteria cannot change with the verdict that accepts the work']
      : []),
    ...idProblems(judged, findings),
    ...artifactProblems(worker, findings),
    ...(verdict === 'accept' ? acceptProblems(worker, findings) : []),
    ...(verdict === 'revise' ? reviseProblems(judged, review) : []),
    ...(verdict === 'suspicious' ? suspicionProblems(review) : []),
    ...disagreementProblems(worker, review),
  ]
}

function idProblems(worker: Worker, findings: readonly Finding[]): string[] {
  const known = criteriaOf(worker).map(({ id }) => id)
  const ids = findings.map(({ id }) => id)
  const unknown = ids.filter((id) => !known.includes(id))
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index)
  return [
    ...each(unknown, (id) => `there is no criterion ${id}`),
    ...each(twice, (id) => `${id} has more than one finding`),
  ]
}

const each = (ids: readonly string[], problem: (id: string) => string) =>
  [...new Set(ids)].map(problem)

/** That a claimed file was never handed over is how a criterion is unmet. */
function artifactProblems(worker: Worker, findings: readonly Finding[]): string[] {
  const names = artifactsOf(worker).map(({ name }) => name)
  return findings.flatMap(({ id, status, artifact }) =>
    artifact === undefined || status === 'unmet' || names.includes(artifact)
      ? []
      : [`${id} names the artifact ${JSON.stringify(artifact)}, which nobody handed over`],
  )
}

/** Every criterion is met and shown to be, or cannot be verified. */
const acceptProblems = (worker: Worker, findings: readonly Finding[]): string[] =>
  criteriaOf(worker).flatMap(({ id }) => {
    const finding = findings.find((one) => one.id === id)
    if (!finding) return [`${id} has no finding`]
    if (finding.status === 'unmet') return [`${id} is unmet`]
    return finding.status === 'met' ? unshown(finding) : []
  })

function unshown({ id, procedure, excerpt, artifact }: Finding): string[] {
  const missing = [
    ...(procedure === undefined ? ['a procedure'] : []),
    ...(excerpt === undefined && artifact === undefined ? ['an excerpt or an artifact'] : []),
  ]
  return missing.length > 0 ? [`${id} is met without ${missing.join(' and without ')}`] : []
}

const reviseProblems = (worker: Worker, { criteria: findings, instructions }: Review): string[] => [
  ...(instructions === undefined ? ['there are no instructions'] : []),
  ...(worker.criteria.length > 0 && !findings.some(({ status }) => status === 'unmet')
    ? ['no criterion is unmet; what no criterion names is a remark']
    : []),
]

const suspicionProblems = ({ criteria, remarks = [] }: Review): string[] =>
  remarks.length > 0 || criteria.some(({ excerpt }) => excerpt !== undefined)
    ? []
    : ['nothing says what was seen; quote it in an excerpt or a remark']

/** A finding that an independent verifier contradicts. */
export interface Contradiction {
  readonly id: string
  readonly found: CriterionStatus
  readonly verified: CriterionStatus
}

/** Returns the findings that differ from those of the current leg's verifier. */
export function contradictions(
  worker: Worker,
  findings: readonly Finding[],
): readonly Contradiction[] {
  const { verification } = currentLeg(worker)
  if (verification?.outcome !== 'done') return []
  return findings.flatMap(({ id, status }) => {
    const verified = verification.criteria.find((one) => one.id === id)?.status
    return verified === undefined || verified === status ? [] : [{ id, found: status, verified }]
  })
}

/** A verdict may differ from the verifier's findings, but not without saying where and why. */
const disagreementProblems = (
  worker: Worker,
  { criteria: findings, disagreement = '' }: Review,
): string[] =>
  contradictions(worker, findings)
    .filter(({ id }) => !new RegExp(`\\b${id}\\b`).test(disagreement))
    .map(
      ({ id, found, verified }) =>
        `the verifier found ${id} ${verified}, you found it ${found}: "disagreement" must name ${id} and say why`,
    )

/** Returns what a verdict leads to. A suspicion always reaches the person; any other one only counts if it holds. */
export function outcomeOf(
  { verdict }: Pick<Review, 'verdict'>,
  problems: readonly string[],
): WorkerVerdict['outcome'] {
  if (verdict === 'suspicious') return 'suspicious'
  if (problems.length > 0) return 'not verified'
  return OUTCOMES[verdict]
}

const OUTCOMES = { accept: 'accepted', revise: 'revised', give_up: 'given up' } as const
