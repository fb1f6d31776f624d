/** Ends one worker for the operator or a person. The conductor gets a message, like a report. */
import { changeSession, readSession } from '../adapters/sessions.ts'
import { readWorker } from '../adapters/workers.ts'
import type { WorkerView } from '../contract/api/worker.ts'
import { type By, killMessage } from '../core/kill-message.ts'
import type { Session } from '../core/session.ts'
import { transition } from '../core/transition.ts'
import { workerView } from '../core/views.ts'
import { currentLeg, type Worker } from '../core/worker.ts'
import { withdrawDecisions } from '../protocol/questions.ts'
import { arrivedReport } from './arrived-report.ts'
import { endWorker } from './end-worker.ts'
import { postMessage } from './post-message.ts'

/** How a worker may end outside a turn. */
type Ending = 'ended' | 'accepted'

/** The reason in the worker's item. */
export const endedBy = (by: By, ending: Ending = 'ended') =>
  ending === 'accepted' ? `accepted as it is by ${by}` : `ended by ${by}`

/**
 * Returns the ended worker, or undefined if there is no such worker. A worker that had already ended stays as it is.
 */
export async function killWorker(
  sessionId: string,
  workerId: string,
  by: By = 'the operator',
  ending: Ending = 'ended',
): Promise<WorkerView | undefined> {
  const [session, worker] = await Promise.all([
    readSession(sessionId),
    readWorker(sessionId, workerId),
  ])
  if (!session || !worker || worker.verifies) return undefined
  // An earlier call may have died before it told the conductor, so tell it again under the same id.
  if (!worker.live && worker.reason !== endedBy(by, ending)) return workerView(worker)
  const ended = await endWorker(worker, { status: ending, reason: endedBy(by, ending) })
  if (!ended) return undefined
  await changeSession(sessionId, (current) =>
    transition(withdrawDecisions(current, [workerId]), undefined),
  )
  await notifyConductor(ended, session, by)
  return workerView(ended)
}

async function notifyConductor(worker: Worker, session: Session, by: By): Promise<void> {
  const { sessionId, channel } = session
  const report = await arrivedReport(session, worker.workerId, currentLeg(worker))
  const { messageId, body } = killMessage(worker, by, { report, at: new Date().toISOString() })
  await postMessage({ sessionId, messageId, channel }, body)
}
