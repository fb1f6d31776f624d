/** Ends a worker for good: first its item, so that later reports are ignored, then its execution and its sandbox. */
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

/** Returns the ended worker, or undefined if there is no such worker. Idempotent. */
export async function endWorker(
  { sessionId, workerId }: Pick<Worker, 'sessionId' | 'workerId'>,
  end: EndReason,
): Promise<Worker | undefined> {
  const at = new Date().toISOString()
  const changed = await changeWorker({ sessionId, workerId }, (worker) =>
    ended(worker, { ...end, at }),
  )
  if (!changed) return undefined
  const { n, reported } = currentLeg(changed.item)
  if (!reported)
    await stopExecution(
      env('WORKER_LEG_ARN'),
      legName(sessionId, workerId, n),
      end.reason ?? end.status,
    )
  const { sandboxId } = changed.output
  if (sandboxId !== undefined) await endSandbox(sandboxId)
  return changed.item
}
