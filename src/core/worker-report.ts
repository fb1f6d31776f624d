/** A worker's report as the conductor reads it: the outcome on the first line, then the worker's text. */
import { type WorkerReport, workerReport } from '../contract/review.ts'
import type { Result } from '../contract/runner.ts'
import { clause } from './clause.ts'
import { failureText, withoutAddresses } from './failure-text.ts'
import { adviceToConductor, type ModelTrouble, whatHappened } from './model-trouble.ts'
import type { LegOutcome, Upload } from './worker.ts'

export interface Report {
  readonly outcome: LegOutcome
  readonly text: string
  /** What the worker claims. Absent if it ended without structured output. */
  readonly claims?: WorkerReport
}

type HandedOver = Pick<Upload, 'name' | 'size'>

/** Tells the conductor what the worker's own words may leave out. */
const FILES_LOST =
  'The worker began this leg in a new sandbox, because its earlier one was lost. Its files of earlier legs are gone, except the artifacts that it had handed over.'

/** Several workers report on the same task, so the conductor is told which ones to compare. */
const attemptOf = (group: string) =>
  `One of several attempts at the same task, side by side (group ${group}).`

/** What Baton knows of a leg besides its result. */
export interface LegFacts {
  readonly filesLost?: boolean | undefined
  /** The command that put several workers on the same task. */
  readonly group?: string | undefined
  /** What its sandbox may reach, if that is restricted: the reason why a download failed. */
  readonly network?: string | undefined
  /** What kept the model from answering. Claude Code's own words for it mislead. */
  readonly trouble?: ModelTrouble | undefined
}

/** Returns the report of a leg with a result and these artifacts. */
export function reportOf(
  result: Result,
  artifacts: readonly HandedOver[],
  { filesLost, group, network, trouble }: LegFacts = {},
): Report {
  const { outcome, text, error, refusedArtifacts = [] } = result
  const claims = workerReport.safeParse(result.structured).data
  const own = claims?.report.trim() || text
  const why = outcome === 'done' ? undefined : ((trouble && troubleText(trouble)) ?? error)
  const first = why === undefined ? outcome : `${outcome}: ${withoutAddresses(why)}`
  const parts = [
    first,
    ...(group === undefined ? [] : [attemptOf(group)]),
    ...(filesLost ? [FILES_LOST] : []),
    ...(own.trim() ? [own] : []),
    ...(claims ? claimed(claims, artifacts) : []),
    ...list(
      'Artifacts:',
      artifacts.map(({ name, size }) => `${name} (${size} bytes)`),
    ),
    ...list('Not handed over from ~/artifacts:', refusedArtifacts),
    ...memoryOf(result),
    ...(network === undefined ? [] : [`Network: ${network}`]),
  ]
  return { outcome, text: parts.join('\n\n'), ...(claims && { claims }) }
}

/** What the worker claims, and what of it is not there. */
const claimed = (
  { criteria, notDone, artifacts }: WorkerReport,
  handedOver: readonly HandedOver[],
): string[] => [
  ...list(
    'Claims:',
    criteria.map(({ id, status, procedure, command, artifact }) =>
      [
        `${id} ${status}: ${clause(procedure)}`,
        ...(command === undefined ? [] : [`command: ${command}`]),
        ...(artifact === undefined ? [] : [`artifact: ${artifact}`]),
      ].join('; '),
    ),
  ),
  ...list('Not done:', notDone),
  ...list(
    'Named as artifacts, but not handed over:',
    artifacts.filter((name) => !handedOver.some((each) => each.name === name)),
  ),
]

/** What the worker does not remember, now or in its next leg. */
const memoryOf = ({ memoryLost, transcriptProblem }: Result): string[] => [
  ...(memoryLost
    ? ['Memory: the worker did not remember its earlier legs, so it was given its task again.']
    : []),
  ...(transcriptProblem === undefined
    ? []
    : [
        `Memory: the worker will not remember this leg (${clause(withoutAddresses(transcriptProblem))}). With further instructions it is given the earlier ones again.`,
      ]),
]

function troubleText(trouble: ModelTrouble): string {
  if (trouble.kind !== 'budget') return `${whatHappened(trouble)}. ${adviceToConductor(trouble)}`
  return `${trouble.detail ?? 'A budget is used up.'} The work of this leg stopped here, and its files are kept. The worker can be told to go on.`
}

const list = (title: string, lines: readonly string[]) =>
  lines.length > 0 ? [[title, ...lines.map((line) => `- ${line}`)].join('\n')] : []

/** The error of an execution or a state, as Step Functions reports it. */
export interface LegFailure {
  readonly Error?: string | null | undefined
  readonly Cause?: string | null | undefined
}

/** Returns the report of a leg that ended without a result, because its sandbox died, hung or could not be created. */
export function lostReport(
  { Error: error }: LegFailure,
  { filesLost, group }: LegFacts = {},
): Report {
  const silent = error === 'States.Timeout' || error === 'States.HeartbeatTimeout'
  const why = silent ? 'the worker stopped responding' : failureText(error)
  const text = `lost: ${clause(why)}. The work of this leg may be lost. The worker can be given instructions again.`
  const parts = [
    text,
    ...(group === undefined ? [] : [attemptOf(group)]),
    ...(filesLost ? [FILES_LOST] : []),
  ]
  return { outcome: 'lost', text: parts.join('\n\n') }
}
