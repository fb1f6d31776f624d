/** Ends one worker for the operator or a person. The conductor gets a message, like a report. */
import { readSession } from '../adapters/sessions.ts'
import { readWorker } from '../adapters/workers.ts'
import type { WorkerView } from '../contract/api/worker.ts'
import type { Session } from '../core/session.ts'
import { workerView } from '../core/views.ts'
import { currentLeg, legId, type Worker } from '../core/worker.ts'
import { endWorker } from './end-worker.ts'
import { postMessage } from './post-message.ts'

/** Who may end a worker besides the conductor. */
type By = 'the operator' | 'the person'

/** The reason in the worker's item. */
export const endedBy = (by: By) => `ended by ${by}`

/**
 * Returns the ended worker, or undefined if there is no such worker. A worker that had already ended stays as it is.
 */
export async function killWorker(
  sessionId: string,
  workerId: string,
  by: By = 'the operator',
): Promise<WorkerView | undefined> {
  const [session, worker] = await Promise.all([
    readSession(sessionId),
    readWorker(sessionId, workerId),
  ])
  if (!session || !worker) return undefined
  // An earlier call may have died before it told the conductor, so tell it again under the same id.
  if (!worker.live && worker.reason !== endedBy(by)) return workerView(worker)
  const ended = await endWorker(worker, { status: 'ended', reason: endedBy(by) })
  if (!ended) return undefined
  await notifyConductor(ended, session.channel, by)
  return workerView(ended)
}

/** Sends the message under the leg's id, so that a report of the leg becomes a duplicate. */
async function notifyConductor(worker: Worker, channel: Session['channel'], by: By): Promise<void> {
  const { sessionId, workerId } = worker
  const { n: leg, run, reported, replyTo } = currentLeg(worker)
  const at = new Date().toISOString()
  const text = `${by === 'the operator' ? 'The operator' : 'The person'} ended ${workerId}${reported ? '' : ' before it had reported'}.`
  const messageId = reported ? `kill-${workerId}` : legId(workerId, leg)
  await postMessage(
    { sessionId, messageId, channel },
    reported
      ? { from: 'system', text, at, replyTo }
      : { from: 'worker', workerId, leg, run, text: `lost: ${text}`, at, replyTo },
  )
}
