/**
 * Ends a worker for good: first its item, so that later reports are ignored, then its execution, its sandbox and its
 * verifier.
 */
import { env } from '../adapters/environment.ts'
import { stopExecution } from '../adapters/step-functions.ts'
import { changeWorker } from '../adapters/workers.ts'
import type { WorkerVerdict } from '../contract/review.ts'
import { legName } from '../core/execution-name.ts'
import { withVerdict } from '../core/verdict-record.ts'
import { currentLeg, closeWorker as ended, type Verdict, type Worker } from '../core/worker.ts'
import { endUnclaimed } from './end-unclaimed.ts'

export interface EndReason {
  readonly status: Verdict
  readonly reason?: string | undefined
  /** What ends it, such as the id of a command. */
  readonly by?: string
  /** The conductor's verdict, which is recorded in the same write. */
  readonly verdict?: WorkerVerdict | undefined
}

/**
 * Returns whether `by` has a worker to end. Whoever repeats it after a crash finds the same workers, because the session may
 * not know yet that they have ended.
 */
export const mayEnd = ({ live, endedBy }: Worker, by: string): boolean =>
  live !== undefined || endedBy === by

/** Returns the ended worker, or undefined if there is no such worker. Idempotent. */
export async function endWorker(
  known: Pick<Worker, 'sessionId' | 'workerId'>,
  { verdict, ...end }: EndReason,
): Promise<Worker | undefined> {
  const { sessionId, workerId } = known
  const at = new Date().toISOString()
  const changed = await changeWorker(known, (worker) =>
    ended(verdict && worker.live ? withVerdict(worker, verdict) : worker, { ...end, at }),
  )
  if (!changed) return undefined
  const { n, reported, verifier } = currentLeg(changed.item)
  if (!reported)
    await stopExecution(
      env('WORKER_LEG_ARN'),
      legName(sessionId, workerId, n),
      end.reason ?? end.status,
    )
  const { sandboxId } = changed.output
  await Promise.all([
    sandboxId !== undefined && endUnclaimed(sandboxId),
    verifier !== undefined && endVerifier(sessionId, verifier),
  ])
  return changed.item
}

/** Ends a verifier, which is part of its worker's execution, and its sandbox, which nobody uses again. Idempotent. */
export async function endVerifier(sessionId: string, workerId: string): Promise<void> {
  const at = new Date().toISOString()
  const changed = await changeWorker({ sessionId, workerId }, (verifier) =>
    ended(verifier, { status: 'ended', at }),
  )
  const sandboxId = changed?.output.sandboxId
  if (sandboxId !== undefined) await endUnclaimed(sandboxId)
}
