/** Ends one worker at the operator's word; the conductor hears of it as of any report. */
import { putBody } from '../adapters/bodies.ts'
import { enqueue } from '../adapters/queue.ts'
import { readSession } from '../adapters/sessions.ts'
import { readWorker } from '../adapters/workers.ts'
import type { Session } from '../core/session.ts'
import { workerView } from '../core/views.ts'
import { currentLeg, legId, type Worker } from '../core/worker.ts'
import { endWorker } from '../run/end-worker.ts'

const REASON = 'ended by the operator'

/** Answers the worker as it then is; nothing when there is no such worker. One that had ended before is left as it was. */
export async function killWorker(sessionId: string, workerId: string) {
  const [session, worker] = await Promise.all([
    readSession(sessionId),
    readWorker(sessionId, workerId),
  ])
  if (!session || !worker) return undefined
  // Ended by an earlier call that may have died before it told the conductor: told again, under the same id.
  if (!worker.live && worker.reason !== REASON) return workerView(worker)
  const ended = await endWorker(worker, { status: 'ended', reason: REASON })
  if (!ended) return undefined
  await tellConductor(ended, session.channel)
  return workerView(ended)
}

/** Under the leg's id it is the leg's report: whatever else would have reported it is a duplicate. */
async function tellConductor(worker: Worker, channel: Session['channel']): Promise<void> {
  const { sessionId, workerId } = worker
  const { n: leg, run, reported } = currentLeg(worker)
  const at = new Date().toISOString()
  const text = `The operator ended ${workerId}${reported ? '' : ' in the middle of its work'}.`
  const messageId = reported ? `kill-${workerId}` : legId(workerId, leg)
  const first = await putBody(
    sessionId,
    messageId,
    reported
      ? { from: 'system', text, at }
      : { from: 'worker', workerId, leg, run, text: `lost: ${text}`, at },
  )
  await enqueue({ sessionId, messageId, channel }, { first })
}
