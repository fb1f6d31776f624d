/** A verification as the conductor reads it, below the worker's report. */
import type { Finding, Verification, WorkerReport } from '../contract/review.ts'
import { clause } from './clause.ts'
import { oneLine } from './one-line.ts'

/**
 * Returns the text: each criterion with what the verifier found, and where that contradicts the worker's claims. Nothing
 * of it is the worker's.
 */
export function verificationText(
  { verifier, outcome, problem, model, criteria, remarks }: Verification,
  claims: WorkerReport | undefined,
): string {
  if (outcome !== 'done')
    return `Not verified: ${clause(problem ?? 'the verifier failed')}. Nothing in this report was checked independently.`
  const by = model === undefined ? verifier : `${verifier}, ${model}`
  const claimed = (id: string) => claims?.criteria.find((claim) => claim.id === id)?.status
  const contradicted = criteria.filter(
    ({ id, status }) => claimed(id) !== undefined && claimed(id) !== status,
  )
  return [
    `Independent verification by ${by}, in a fresh sandbox. These are the verifier's findings, not the worker's:`,
    ...criteria.map((finding) => `- ${findingText(finding, claimed(finding.id))}`),
    ...(contradicted.length > 0
      ? [
          `The verifier contradicts the worker about ${contradicted.map(({ id }) => id).join(', ')}.`,
        ]
      : []),
    ...remarks.map((remark) => `- Remark: ${oneLine(remark)}`),
  ].join('\n')
}

function findingText(
  { id, status, procedure, command, exitStatus, tests, excerpt, artifact }: Finding,
  claimed: string | undefined,
): string {
  const differs = claimed !== undefined && claimed !== status
  return [
    `${id} ${status}${differs ? `, although the worker claims ${claimed}` : ''}`,
    ...(procedure === undefined ? [] : [clause(oneLine(procedure))]),
    ...(command === undefined ? [] : [`command: ${oneLine(command)}`]),
    ...(exitStatus === undefined ? [] : [`its exit status: ${exitStatus}`]),
    ...(tests === undefined ? [] : [`tests that it ran: ${tests}`]),
    ...(excerpt === undefined ? [] : [`seen: ${JSON.stringify(excerpt)}`]),
    ...(artifact === undefined ? [] : [`artifact: ${oneLine(artifact)}`]),
  ].join('; ')
}
