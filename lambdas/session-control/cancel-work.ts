/** Ends what a slash command cancels: a run with all its work, a whole sandbox, or the workers. */
import { readLedger } from '../../src/adapters/ledgers.ts'
import type { Cancellation } from '../../src/adapters/queues.ts'
import { readSession } from '../../src/adapters/sessions.ts'
import { sessionWorkers } from '../../src/adapters/workers.ts'
import { currentLeg } from '../../src/core/worker.ts'
import { reportArrived } from '../../src/protocol/guards.ts'
import { endRun } from '../../src/use-cases/end-run.ts'
import { endUnclaimed } from '../../src/use-cases/end-unclaimed.ts'
import { endedBy, killWorker } from '../../src/use-cases/kill-worker.ts'
import { postRun } from '../../src/use-cases/post-usage.ts'

/** Idempotent: after a failure half-way, the whole cancellation is repeated. */
export async function cancelWork({
  sessionId,
  run,
  job,
  sandboxId,
  kill,
  accept,
}: Cancellation): Promise<void> {
  if (run !== undefined) await endRun(sessionId, { run, job }, 'the person')
  if (sandboxId !== undefined) await endUnclaimed(sandboxId)
  if (kill !== undefined) await killBefore(sessionId, kill)
  if (accept !== undefined) await acceptBefore(sessionId, accept)
  const session = await readSession(sessionId)
  if (session) await postRun(session, await readLedger(sessionId))
}

async function killBefore(sessionId: string, time: string): Promise<void> {
  const older = (await sessionWorkers(sessionId)).filter(
    (worker) => currentLeg(worker).startedAt < time,
  )
  for (const worker of older)
    if (worker.live || worker.reason === endedBy('the person'))
      await killWorker(sessionId, worker.workerId, 'the person')
}

/** A worker that had not reported by then goes on. */
async function acceptBefore(sessionId: string, time: string): Promise<void> {
  const by = 'the person'
  const session = await readSession(sessionId)
  for (const worker of await sessionWorkers(sessionId)) {
    const leg = currentLeg(worker)
    // A report reaches the session before its leg is marked.
    const hasReported = session && reportArrived(session, worker.workerId, leg)
    const isOpen = worker.live && hasReported && (leg.endedAt ?? leg.startedAt) < time
    if (isOpen || worker.reason === endedBy(by, 'accepted'))
      await killWorker(sessionId, worker.workerId, by, 'accepted')
  }
}
