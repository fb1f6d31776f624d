/** Failed: fails the execution. After a redrive, lets it continue from the session's item. */
import * as z from 'zod'
import { publish } from '../../src/adapters/metrics.ts'
import { task } from '../../src/triggers/task.ts'
import { stateError } from '../../src/triggers/task-input.ts'

const input = z.object({
  failure: stateError,
  /** Whether the execution was redriven since it failed. A Fail state would fail again even if the cause was fixed. */
  redriven: z.boolean(),
})

/** The error that stopped the run; the execution shows it. */
export class RunFailed extends Error {
  override readonly name = 'RunFailed'
}

export const failRunTask = task(input, async ({ failure, redriven }) => {
  if (redriven) return
  publish({ RunsFailed: 1 })
  throw new RunFailed(`${failure.Error}: ${failure.Cause}`)
})
