/** Ends a worker for good: its item first, so that nothing it still says counts; then its execution and its sandbox. */
import { env } from '../adapters/environment.ts'
import { endSandbox } from '../adapters/sandboxes.ts'
import { stopExecution } from '../adapters/step-functions.ts'
import { changeWorker } from '../adapters/workers.ts'
import { legName } from '../core/execution-name.ts'
import { currentLeg, closeWorker as ended, type Verdict, type Worker } from '../core/worker.ts'

export interface EndReason {
  readonly status: Verdict
  readonly reason?: string | undefined
}

/** Idempotent; answers the worker as it then is, or nothing when there is no such worker. */
export async function endWorker(
  { sessionId, workerId }: Pick<Worker, 'sessionId' | 'workerId'>,
  ending: EndReason,
): Promise<Worker | undefined> {
  const at = new Date().toISOString()
  const changed = await changeWorker({ sessionId, workerId }, (worker) =>
    ended(worker, { ...ending, at }),
  )
  if (!changed) return undefined
  const { n, reported } = currentLeg(changed.item)
  if (!reported)
    await stopExecution(
      env('WORKER_LEG_ARN'),
      legName(sessionId, workerId, n),
      ending.reason ?? ending.status,
    )
  const { sandboxId } = changed.output
  if (sandboxId !== undefined) await endSandbox(sandboxId)
  return changed.item
}
