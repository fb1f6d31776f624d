/** Failures of states, under the names of the Amazon States Language, and the `ErrorEquals` that match them. */
import type { JsonObject } from './json.ts'

/** The predefined errors that this interpreter raises. */
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

/** Error and cause as a state reports them. Either may be missing, as in a Fail state or callback without them. */
export interface ErrorReport {
  readonly error?: string | undefined
  readonly cause?: string | undefined
}

/** A state failed. Retry and Catch may handle it; otherwise it fails the enclosing state. */
export class StateFailure extends Error {
  override readonly name = 'StateFailure'
  readonly report: ErrorReport
  /** A missed heartbeat is reported as a timeout, but `States.HeartbeatTimeout` matches it. */
  readonly missedHeartbeat: boolean

  constructor(report: ErrorReport, { missedHeartbeat = false } = {}) {
    super(`${report.error ?? 'no error name'}: ${report.cause ?? 'no cause'}`)
    this.report = report
    this.missedHeartbeat = missedHeartbeat
  }
}

/** Work was cancelled, because a sibling failed or the execution was stopped. It cannot be caught. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

/**
 * Returns the failure for a result or output over 256 KiB. `subject` is the state's name, or `lambda` for a task's
 * result.
 */
export const dataLimitExceeded = (subject: string): StateFailure =>
  new StateFailure({
    error: ErrorName.dataLimitExceeded,
    cause: `The state/task '${subject}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  })

/**
 * Whether a retrier's or catcher's `ErrorEquals` names this failure. Nothing matches `States.Runtime`.
 * `States.ALL` matches all others, including `States.DataLimitExceeded` (recorded for task results; AWS's
 * documentation says otherwise). `States.TaskFailed` matches all but a timeout, and so no missed heartbeat
 * (assumed). That it matches the other `States.` errors follows the wording of the documentation (assumed).
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
 * Returns `$states.errorOutput`. The missing cause of a timeout is an empty string; any other missing part is
 * null.
 */
export function errorOutput({ report }: StateFailure): JsonObject {
  const missingCause = report.error === ErrorName.timeout ? '' : null
  return { Error: report.error ?? null, Cause: report.cause ?? missingCause }
}
