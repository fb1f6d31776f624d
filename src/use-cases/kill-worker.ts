/** Ends one worker at the operator's or a person's word; the conductor hears of it as of any report. */
import { putBody } from '../adapters/bodies.ts'
import { enqueue } from '../adapters/queues.ts'
import { readSession } from '../adapters/sessions.ts'
import { readWorker } from '../adapters/workers.ts'
import type { WorkerView } from '../contract/api/worker.ts'
import type { Session } from '../core/session.ts'
import { workerView } from '../core/views.ts'
import { currentLeg, legId, type Worker } from '../core/worker.ts'
import { endWorker } from './end-worker.ts'

/** Who may end a worker besides the conductor. */
type By = 'the operator' | 'the person'

/** The reason that then stands in the worker's item. */
export const endedBy = (by: By) => `ended by ${by}`

/** Answers the worker as it then is; nothing when there is no such worker. One that had ended before is left as it was. */
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
  // Ended by an earlier call that may have died before it told the conductor: told again, under the same id.
  if (!worker.live && worker.reason !== endedBy(by)) return workerView(worker)
  const ended = await endWorker(worker, { status: 'ended', reason: endedBy(by) })
  if (!ended) return undefined
  await tellConductor(ended, session.channel, by)
  return workerView(ended)
}

/** Under the leg's id it is the leg's report: whatever else would have reported it is a duplicate. */
async function tellConductor(worker: Worker, channel: Session['channel'], by: By): Promise<void> {
  const { sessionId, workerId } = worker
  const { n: leg, run, reported, replyTo } = currentLeg(worker)
  const at = new Date().toISOString()
  const text = `${by === 'the operator' ? 'The operator' : 'The person'} ended ${workerId}${reported ? '' : ' in the middle of its work'}.`
  const messageId = reported ? `kill-${workerId}` : legId(workerId, leg)
  const first = await putBody(
    sessionId,
    messageId,
    reported
      ? { from: 'system', text, at, replyTo }
      : { from: 'worker', workerId, leg, run, text: `lost: ${text}`, at, replyTo },
  )
  await enqueue({ sessionId, messageId, channel }, { first })
}
