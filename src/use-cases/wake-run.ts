/** Wakes a run: makes sure that an execution drives it, even after a failure. */
import { env } from '../adapters/environment.ts'
import { changeSession } from '../adapters/sessions.ts'
import { completeTask, startExecution } from '../adapters/step-functions.ts'
import { runName } from '../core/execution-name.ts'
import { recoverRun, type WakeTarget } from '../protocol/append.ts'

/** Completes the waiting execution's task token. If that fails or there is none, starts an execution. */
export async function wakeRun(sessionId: string, target: WakeTarget): Promise<void> {
  if (!target) return
  if (target.token !== undefined && (await answered(target.token))) return
  await startRun(sessionId, target.run)
}

/** An error counts as "not waiting", so that an execution is started. */
const answered = (token: string) => completeTask(token).catch(() => false)

/**
 * Starts the run's execution. If it has already ended while the run is open, recovers the run as a new one. `run` must
 * come from a consistent read.
 */
export async function startRun(sessionId: string, run: number): Promise<void> {
  let current: number | undefined = run
  while (current !== undefined) {
    const input = { sessionId, run: current }
    if (await startExecution(env('REVIEW_LOOP_ARN'), runName(sessionId, current), input)) return
    const over: number = current
    const recovered = await changeSession(sessionId, (session) => recoverRun(session, over))
    current = recovered?.output?.run
  }
}
