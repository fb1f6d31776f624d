/** Failed: fails the execution, and after a redrive lets it go on from the session's item. */
import * as z from 'zod'
import { publish } from '../../src/adapters/metrics.ts'
import { task } from '../../src/triggers/task.ts'
import { stateError } from '../../src/triggers/task-input.ts'

const input = z.object({
  failure: stateError,
  /** The execution was redriven since it failed. A Fail state would fail again, whatever was put right meanwhile. */
  redriven: z.boolean(),
})

/** What stopped the run, in the execution's error and cause. */
export class RunFailed extends Error {
  override readonly name = 'RunFailed'
}

export const failRunTask = task(input, async ({ failure, redriven }) => {
  if (redriven) return
  publish({ RunsFailed: 1 })
  throw new RunFailed(`${failure.Error}: ${failure.Cause}`)
})
