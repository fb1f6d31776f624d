/** Decides which executions may be redriven. */
import type { Execution } from './execution.ts'
import { HISTORY_LIMIT } from './history.ts'

const DAY_MS = 86_400_000
const REDRIVABLE_MS = 14 * DAY_MS
const LONGEST_EXECUTION_MS = 365 * DAY_MS

/**
 * Returns the reason that forbids a redrive, in AWS's words, or undefined if it is allowed.
 * @param now milliseconds since the epoch
 */
export function redriveObstacle(execution: Execution, now: number): string | undefined {
  const { status, stopDate } = execution
  if (status === 'RUNNING' || status === 'SUCCEEDED') {
    return `Execution is ${status} and cannot be redriven`
  }
  if (execution.history.length >= HISTORY_LIMIT - 1) {
    return 'Execution history event limit exceeded'
  }
  if (now - execution.startDate >= LONGEST_EXECUTION_MS) {
    return 'Execution has exceeded the max execution time'
  }
  if (now - (stopDate ?? now) > REDRIVABLE_MS) return 'Execution redrivable period exceeded'
  return undefined
}
