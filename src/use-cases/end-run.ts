/** Ends what a stopped run still does: its execution, the conductor's job and its workers. Idempotent. */
import { env } from '../adapters/environment.ts'
import { logger } from '../adapters/logger.ts'
import { connectSandbox, pauseSoon } from '../adapters/sandboxes.ts'
import { readSession } from '../adapters/sessions.ts'
import { stopExecution } from '../adapters/step-functions.ts'
import { sessionWorkers } from '../adapters/workers.ts'
import { runName } from '../core/execution-name.ts'
import { currentLeg } from '../core/worker.ts'
import { endWorker } from './end-worker.ts'
import { runnerEnvironment } from './runner-environment.ts'

/** Long enough for the processes of the older job to end. */
const PAUSE_AFTER_SECONDS = 60

/** Ends run `run`, earlier runs, and the conductor's jobs before number `job`. Returns the ids of the ended workers. */
export async function endRun(
  sessionId: string,
  { run, job }: { run: number; job?: number | undefined },
  by: string,
): Promise<readonly string[]> {
  await Promise.all([
    stopExecution(env('REVIEW_LOOP_ARN'), runName(sessionId, run), `stopped by ${by}`),
    job !== undefined && endJobs(sessionId, job),
  ])
  return endLegs(sessionId, run, by)
}

/** Starts a runner with the stop's own job number. It ends every earlier job and finds no work. */
async function endJobs(sessionId: string, job: number): Promise<void> {
  const { conductor, lastTurn = 0 } = (await readSession(sessionId)) ?? {}
  const { sandboxId, awakeSince } = conductor ?? {}
  if (sandboxId === undefined || awakeSince === undefined) return
  try {
    const sandbox = await connectSandbox(sandboxId, PAUSE_AFTER_SECONDS)
    await sandbox?.launch(await runnerEnvironment({ session: sessionId, leg: lastTurn, job }, 60))
    // A message may have arrived and put the sandbox back to work.
    const session = await readSession(sessionId)
    if (sandbox && !session?.run.open) await pauseSoon(sandboxId, PAUSE_AFTER_SECONDS)
  } catch (error) {
    // The runner ends the job itself when its next heartbeat is refused.
    logger.warn('job not ended at once', { error })
  }
}

async function endLegs(sessionId: string, run: number, by: string): Promise<readonly string[]> {
  const workers = await sessionWorkers(sessionId)
  const reason = `stopped by ${by}`
  // Include workers that an earlier attempt ended, because their sandboxes may still exist.
  const older = workers.filter(
    (worker) => (worker.live || worker.reason === reason) && currentLeg(worker).run <= run,
  )
  await Promise.all(older.map((worker) => endWorker(worker, { status: 'ended', reason })))
  return older.filter(({ live }) => live).map(({ workerId }) => workerId)
}
