/** A worker's report as the conductor reads it: the outcome on the first line, then what the worker said. */
import type { Result } from '../contract/runner.ts'
import type { LegOutcome, Upload } from './worker.ts'

export interface Report {
  readonly outcome: LegOutcome
  readonly text: string
}

type HandedOver = Pick<Upload, 'name' | 'size'>

/** The report of a leg that brought a result and these artifacts. */
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

/** Why an execution or a state ended, in Step Functions' words. */
export interface LegFailure {
  readonly Error?: string | null | undefined
  readonly Cause?: string | null | undefined
}

/** The report of a leg that ended without one: its sandbox died, hung, or could not be had. */
export function lostReport({ Error: error, Cause: cause }: LegFailure): Report {
  const silent = error === 'States.Timeout' || error === 'States.HeartbeatTimeout'
  const why = silent
    ? 'the worker fell silent'
    : `${error ?? 'unknown error'} ${(cause ?? '').slice(0, 500)}`.trim()
  return {
    outcome: 'lost',
    text: `lost: ${why}. Its work of this leg may be lost; it can be instructed again.`,
  }
}
