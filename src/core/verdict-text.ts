/** What a person reads of a verdict: one line with the reply. */
import type { Finding, JudgedWorker, WorkerVerdict } from '../contract/review.ts'
import { criteriaOf } from './criteria.ts'
import { duration } from './duration.ts'
import { plural } from './plural.ts'
import { shortMoney } from './receipt.ts'
import type { Tally } from './tally.ts'
import { contradictions } from './verdict.ts'
import { currentLeg, type Worker } from './worker.ts'

/** `2 of 3 met`, or that there was nothing to verify. */
export function countText(worker: Worker, findings: readonly Finding[]): string {
  const { met, criteria } = countMet(worker, findings)
  return criteria === 0 ? 'not verified, because it has no criteria' : metText({ met, criteria })
}

type MetCount = Pick<JudgedWorker, 'met' | 'criteria'>

const metText = ({ met, criteria }: MetCount) => `${met} of ${criteria} met`

function countMet(worker: Worker, findings: readonly Finding[]): MetCount {
  const ids = criteriaOf(worker).map(({ id }) => id)
  return { met: idsWith(ids, findings, 'met').length, criteria: ids.length }
}

/** Returns what the receipt of the run says of a verdict. */
export const judgedBy = (
  worker: Worker,
  { outcome, criteria, leg }: Pick<WorkerVerdict, 'outcome' | 'criteria' | 'leg'>,
): JudgedWorker => ({
  workerId: worker.workerId,
  outcome,
  ...countMet(worker, criteria),
  verificationNanoUsd: worker.legs.find(({ n }) => n === leg)?.verifierUsed?.nanoUsd ?? 0,
})

/** `w1 accepted, 3 of 3 met, verified for $0.02`. */
export const judgedText = ({
  workerId,
  outcome,
  verificationNanoUsd: nanoUsd,
  ...count
}: JudgedWorker): string =>
  [
    `${workerId} ${outcome}`,
    ...(count.criteria > 0 ? [metText(count)] : []),
    ...(nanoUsd > 0 ? [`verified for ${shortMoney({ nanoUsd })}`] : []),
  ].join(', ')

const idsWith = (ids: readonly string[], findings: readonly Finding[], status: Finding['status']) =>
  ids.filter((id) => findings.some((one) => one.id === id && one.status === status))

/** What the work has cost so far. */
export interface Spent {
  readonly used: Tally
  /** ms since the epoch. */
  readonly now: number
}

/** `3 of 3 met · 41 tests ran · 2 min 10 s · $0.42`. Names what cannot be verified, and where the verifier disagrees. */
export const acceptedText = (worker: Worker, findings: readonly Finding[], spent: Spent): string =>
  [
    countText(worker, findings),
    ...unverifiableText(worker, findings),
    ...disagreementText(worker, findings),
    checksText(findings),
    ...spentParts(worker, spent),
  ].join(' · ')

/** The same for a verdict that does not hold. */
export const notVerifiedText = (worker: Worker, problem: string, spent: Spent): string =>
  [`not verified: ${problem}`, ...spentParts(worker, spent)].join(' · ')

function unverifiableText(worker: Worker, findings: readonly Finding[]): string[] {
  const ids = idsWith(
    criteriaOf(worker).map(({ id }) => id),
    findings,
    'unverifiable',
  )
  return ids.length > 0 ? [`${ids.join(', ')} could not be verified`] : []
}

function disagreementText(worker: Worker, findings: readonly Finding[]): string[] {
  const { verification } = currentLeg(worker)
  if (verification && verification.outcome !== 'done') return ['no independent verification']
  const ids = contradictions(worker, findings).map(({ id }) => id)
  return ids.length > 0 ? [`the verifier disagrees about ${ids.join(', ')}`] : []
}

/** A check is a command that was run, with its exit status. It may have run tests; the same command counts once for them. */
function checksText(findings: readonly Finding[]): string {
  const ran = findings.filter(
    ({ command, exitStatus }) => command !== undefined && exitStatus !== undefined,
  )
  const tests = new Map(ran.flatMap((each) => (hasTests(each) ? [[each.command, each.tests]] : [])))
  const others = ran.filter(({ command = '' }) => !tests.has(command))
  const parts = [
    ...(tests.size > 0
      ? [
          plural(
            [...tests.values()].reduce((a, b) => a + b, 0),
            'test',
          ),
        ]
      : []),
    ...(others.length > 0 ? [plural(others.length, 'check')] : []),
  ]
  return parts.length > 0 ? `${parts.join(' and ')} ran` : 'no check ran'
}

/** Returns whether it says how many tests ran, and quotes that. */
const hasTests = (finding: Finding): finding is Finding & { command: string; tests: number } =>
  finding.tests !== undefined &&
  new RegExp(`(?<![\\d.,])${finding.tests}(?![\\d.,]*\\d)`).test(finding.excerpt ?? '')

const spentParts = ({ startedAt }: Worker, { used, now }: Spent) => [
  duration(now - Date.parse(startedAt)),
  shortMoney(used),
]
