/** Ends a session and forgets all that was said in it. */
import { randomUUID } from 'node:crypto'
import { deleteConversation } from '../adapters/delete-conversation.ts'
import { env } from '../adapters/environment.ts'
import { endSandbox } from '../adapters/sandboxes.ts'
import { changeSession } from '../adapters/sessions.ts'
import { stopExecution } from '../adapters/step-functions.ts'
import { deleteWorkers, sessionWorkers } from '../adapters/workers.ts'
import { runName } from '../core/execution-name.ts'
import { forgetSession } from '../protocol/lifecycle.ts'
import { endWorker } from './end-worker.ts'

/** Answers whether there ever was such a session. After a failure half-way, called again it goes on. */
export async function deleteSession(sessionId: string): Promise<boolean> {
  const at = new Date().toISOString()
  const forgotten = await changeSession(sessionId, (session) =>
    forgetSession(session, randomUUID(), at),
  )
  if (!forgotten) return false
  const { run, conductor, lastSeq, lastJob } = forgotten.output
  const execution = runName(sessionId, run.id)
  await stopExecution(env('REVIEW_LOOP_ARN'), execution, 'the session was deleted')
  if (conductor.sandboxId !== undefined) await endSandbox(conductor.sandboxId)
  const ended = await Promise.all(
    (await sessionWorkers(sessionId)).map((worker) => endWorker(worker, { status: 'ended' })),
  )
  // As they are once nothing is granted to them any more.
  const workers = ended.filter((worker) => worker !== undefined)
  await deleteConversation({ sessionId, lastSeq, lastJob }, workers)
  await deleteWorkers(workers)
  return true
}
