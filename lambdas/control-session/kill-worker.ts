/** Ends one worker at the operator's word; the conductor hears of it as of any report. */
import { putBody } from '../adapters/bodies.ts'
import { enqueue } from '../adapters/queue.ts'
import { readSession } from '../adapters/sessions.ts'
import { readWorker } from '../adapters/workers.ts'
import { workerView } from '../core/views.ts'
import { currentLeg, legId } from '../core/worker.ts'
import { endWorker } from '../run/end-worker.ts'

/** Answers the worker as it then is; nothing when there is no such worker. */
export async function killWorker(sessionId: string, workerId: string) {
  const [session, worker] = await Promise.all([
    readSession(sessionId),
    readWorker(sessionId, workerId),
  ])
  if (!session || !worker) return undefined
  const ended = await endWorker(worker, { status: 'ended', reason: 'ended by the operator' })
  if (!ended) return undefined
  const { n, run, reported } = currentLeg(ended)
  const at = new Date().toISOString()
  const text = `The operator ended ${workerId}${reported ? '' : ' in the middle of its work'}.`
  // Under the leg's id it is the leg's report: whatever else would have reported it is a duplicate.
  const messageId = reported ? `kill-${workerId}` : legId(workerId, n)
  await putBody(
    sessionId,
    messageId,
    reported
      ? { from: 'system', text, at }
      : { from: 'worker', workerId, leg: n, run, text: `lost: ${text}`, at },
  )
  await enqueue({ sessionId, messageId, channel: session.channel })
  return workerView(ended)
}
