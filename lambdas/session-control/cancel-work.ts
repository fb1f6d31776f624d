/** Ends what a slash command cancels: a run with all its work, a whole sandbox, or the workers. */
import type { Cancellation } from '../../src/adapters/queues.ts'
import { endSandbox } from '../../src/adapters/sandboxes.ts'
import { readSession } from '../../src/adapters/sessions.ts'
import { sessionWorkers } from '../../src/adapters/workers.ts'
import { currentLeg } from '../../src/core/worker.ts'
import { endRun } from '../../src/use-cases/end-run.ts'
import { endedBy, killWorker } from '../../src/use-cases/kill-worker.ts'
import { postCounts } from '../../src/use-cases/load-budget-check.ts'

/** Idempotent: after a failure half-way, the whole cancellation is repeated. */
export async function cancelWork({
  sessionId,
  run,
  job,
  sandboxId,
  kill,
}: Cancellation): Promise<void> {
  if (run !== undefined) await endRun(sessionId, { run, job }, 'the person')
  if (sandboxId !== undefined) await endSandbox(sandboxId)
  if (kill !== undefined) await killBefore(sessionId, kill)
  const session = await readSession(sessionId)
  if (session) await postCounts(session)
}

async function killBefore(sessionId: string, time: string): Promise<void> {
  const older = (await sessionWorkers(sessionId)).filter(
    (worker) => currentLeg(worker).startedAt < time,
  )
  for (const worker of older)
    if (worker.live || worker.reason === endedBy('the person'))
      await killWorker(sessionId, worker.workerId, 'the person')
}
