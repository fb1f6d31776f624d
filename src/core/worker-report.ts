/** A worker's report as the conductor reads it: the outcome on the first line, then the worker's text. */
import type { Result } from '../contract/runner.ts'
import type { LegOutcome, Upload } from './worker.ts'

export interface Report {
  readonly outcome: LegOutcome
  readonly text: string
}

type HandedOver = Pick<Upload, 'name' | 'size'>

/** Returns the report of a leg with a result and these artifacts. */
export function reportOf(result: Result, artifacts: readonly HandedOver[]): Report {
  const { outcome, text, error, refusedArtifacts = [] } = result
  const first = error === undefined ? outcome : `${outcome}: ${error}`
  const parts = [
    first,
    ...(text.trim() ? [text] : []),
    ...list(
      'Artifacts:',
      artifacts.map(({ name, size }) => `${name} (${size} bytes)`),
    ),
    ...list('Not handed over from ~/artifacts:', refusedArtifacts),
  ]
  return { outcome, text: parts.join('\n\n') }
}

const list = (title: string, lines: readonly string[]) =>
  lines.length > 0 ? [[title, ...lines.map((line) => `- ${line}`)].join('\n')] : []

/** The error of an execution or a state, as Step Functions reports it. */
export interface LegFailure {
  readonly Error?: string | null | undefined
  readonly Cause?: string | null | undefined
}

/** Returns the report of a leg that ended without a result, because its sandbox died, hung or could not be created. */
export function lostReport({ Error: error, Cause: cause }: LegFailure): Report {
  const silent = error === 'States.Timeout' || error === 'States.HeartbeatTimeout'
  const why = silent
    ? 'the worker stopped responding'
    : `${error ?? 'unknown error'} ${(cause ?? '').slice(0, 500)}`.trim()
  return {
    outcome: 'lost',
    text: `lost: ${why}. The work of this leg may be lost. The worker can be given instructions again.`,
  }
}
