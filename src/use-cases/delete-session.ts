/** Ends a session and deletes its content. */
import { randomUUID } from 'node:crypto'
import { deleteConversation } from '../adapters/delete-conversation.ts'
import { env } from '../adapters/environment.ts'
import { readLedger } from '../adapters/ledgers.ts'
import { changeSession } from '../adapters/sessions.ts'
import { stopExecution } from '../adapters/step-functions.ts'
import { forgetUndelivered } from '../adapters/undelivered.ts'
import { deleteWorkers, workersAndVerifiers } from '../adapters/workers.ts'
import { runName } from '../core/execution-name.ts'
import { forgetSession } from '../protocol/lifecycle.ts'
import { endUnclaimed } from './end-unclaimed.ts'
import { endWorker } from './end-worker.ts'
import { postRun } from './post-usage.ts'

/**
 * Returns false if there is no such session. If it fails half-way, calling it again finishes the work. A sandbox that E2B
 * cannot end at once is ended by the sweep: nobody can use it any more.
 */
export async function deleteSession(sessionId: string): Promise<boolean> {
  const at = new Date().toISOString()
  const forgotten = await changeSession(sessionId, (session) =>
    forgetSession(session, randomUUID(), at),
  )
  if (!forgotten) return false
  const { run, conductor, lastSeq, lastJob } = forgotten.output
  const execution = runName(sessionId, run.id)
  await stopExecution(env('REVIEW_LOOP_ARN'), execution, 'the session was deleted')
  const [, ...ended] = await Promise.all([
    conductor.sandboxId !== undefined && endUnclaimed(conductor.sandboxId),
    ...(await workersAndVerifiers(sessionId)).map((worker) =>
      endWorker(worker, { status: 'ended' }),
    ),
  ])
  // Use the workers as they are after ending, because no more uploads are granted to them then.
  const workers = ended.filter((worker) => worker !== undefined)
  await deleteConversation({ sessionId, lastSeq, lastJob }, workers)
  await deleteWorkers(workers)
  await forgetUndelivered(sessionId)
  // What it has cost stays counted.
  await postRun(forgotten.item, await readLedger(sessionId))
  return true
}
