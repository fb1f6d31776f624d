/** Ends what a session does: its run, its CLI job, its workers. What was said stays. */
import { variable } from '../adapters/environment.ts'
import { writeEntries } from '../adapters/history.ts'
import { readLedger } from '../adapters/ledgers.ts'
import { logger } from '../adapters/logger.ts'
import { connectSandbox, restSoon } from '../adapters/sandboxes.ts'
import { changeSession, readSession } from '../adapters/sessions.ts'
import { sessionWorkers } from '../adapters/workers.ts'
import { stopExecution } from '../adapters/workflow.ts'
import { runName } from '../core/execution-name.ts'
import { stop } from '../core/run/ends.ts'
import type { Session } from '../core/session.ts'
import { currentLeg } from '../core/worker.ts'
import { endWorker } from '../run/end-worker.ts'
import { launchEnv } from '../run/launch.ts'
import { postCounts } from '../run/purse.ts'

/** Long enough for the older job's processes to be gone. */
const REST_AFTER_SECONDS = 60

/** Answers which run was stopped and which workers ended; nothing when there is no such session. */
export async function stopSession(
  sessionId: string,
): Promise<{ run: number; workers: readonly string[] } | undefined> {
  if (!(await readSession(sessionId))) return undefined
  const at = new Date().toISOString()
  const text =
    'Stopped: what was under way is ended, messages that waited are not answered. A new message begins anew.'
  const { total: models } = await readLedger(sessionId)
  const stopped = await changeSession(sessionId, (session) => stop(session, text, { models, at }))
  if (!stopped) return undefined
  const { run, job } = stopped.answer
  await Promise.all([
    writeEntries(stopped.item),
    postCounts(stopped.item),
    stopExecution(variable('REVIEW_LOOP_ARN'), runName(sessionId, run), 'stopped by the operator'),
    endJobs(stopped.item, job),
  ])
  return { run, workers: await endLegs(sessionId, run) }
}

/** A runner with the stop's own number ends every job before it, and finds none to do. */
async function endJobs({ sessionId, conductor, lastTurn }: Session, job: number): Promise<void> {
  const { sandboxId, awakeSince } = conductor
  if (sandboxId === undefined || awakeSince === undefined) return
  try {
    const sandbox = await connectSandbox(sandboxId, REST_AFTER_SECONDS)
    await sandbox?.launch(await launchEnv({ session: sessionId, leg: lastTurn, job }, 60))
    // A message that came meanwhile has the sandbox work again.
    const session = await readSession(sessionId)
    if (sandbox && !session?.run.open) await restSoon(sandboxId, REST_AFTER_SECONDS)
  } catch (error) {
    // Its next heartbeat is refused, and then the runner ends the job itself.
    logger.warn('job not ended at once', { error })
  }
}

async function endLegs(sessionId: string, run: number): Promise<readonly string[]> {
  const workers = await sessionWorkers(sessionId)
  const older = workers.filter((worker) => worker.live && currentLeg(worker).run <= run)
  await Promise.all(
    older.map((worker) =>
      endWorker(worker, { status: 'ended', reason: 'stopped by the operator' }),
    ),
  )
  return older.map(({ workerId }) => workerId)
}
