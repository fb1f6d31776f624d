/** How a state fails, by the names of the Amazon States Language, and which `ErrorEquals` match. */
import type { JsonObject } from './json.ts'

/** The predefined error names that this interpreter itself raises. */
export const ErrorName = {
  timeout: 'States.Timeout',
  heartbeatTimeout: 'States.HeartbeatTimeout',
  taskFailed: 'States.TaskFailed',
  all: 'States.ALL',
  runtime: 'States.Runtime',
  dataLimitExceeded: 'States.DataLimitExceeded',
  queryEvaluation: 'States.QueryEvaluationError',
  noChoiceMatched: 'States.NoChoiceMatched',
} as const

/**
 * Error and cause as a state reports them; either may be missing (a Fail state or callback without
 * them).
 */
export interface ErrorReport {
  readonly error?: string | undefined
  readonly cause?: string | undefined
}

/**
 * A state that failed. Retry and Catch may answer it; unanswered it fails what the state stands in.
 */
export class StateFailure extends Error {
  override readonly name = 'StateFailure'
  readonly report: ErrorReport
  /** A missed heartbeat is reported as a timeout, and yet `States.HeartbeatTimeout` matches it. */
  readonly missedHeartbeat: boolean

  constructor(report: ErrorReport, { missedHeartbeat = false } = {}) {
    super(`${report.error ?? 'no error name'}: ${report.cause ?? 'no cause'}`)
    this.report = report
    this.missedHeartbeat = missedHeartbeat
  }
}

/**
 * Work that was called off: a sibling failed, or the execution was stopped. Nothing may answer it.
 */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

/**
 * A result or output over 256 KiB. `subject` is the state's name, or `lambda` for a task's result.
 */
export const dataLimitExceeded = (subject: string): StateFailure =>
  new StateFailure({
    error: ErrorName.dataLimitExceeded,
    cause: `The state/task '${subject}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  })

/**
 * Whether a retrier's or catcher's `ErrorEquals` names this failure.
 * `States.Runtime` is never matched. `States.ALL` matches the rest, `States.DataLimitExceeded`
 * included (recorded for task results; AWS's text says otherwise). `States.TaskFailed` matches all
 * but a timeout, and so no missed heartbeat (assumed); that it matches the other `States.` names
 * follows the documentation's wording (assumed).
 */
export function matches(errorEquals: readonly string[], failure: StateFailure): boolean {
  const { error } = failure.report
  if (error === ErrorName.runtime) return false
  return errorEquals.some((wanted) => {
    if (wanted === ErrorName.all) return true
    if (wanted === ErrorName.taskFailed) return error !== ErrorName.timeout
    if (wanted === ErrorName.heartbeatTimeout && failure.missedHeartbeat) return true
    return wanted === error
  })
}

/**
 * `$states.errorOutput`: a timeout's missing cause is an empty string, any other missing part null.
 */
export function errorOutput({ report }: StateFailure): JsonObject {
  const missingCause = report.error === ErrorName.timeout ? '' : null
  return { Error: report.error ?? null, Cause: report.cause ?? missingCause }
}
