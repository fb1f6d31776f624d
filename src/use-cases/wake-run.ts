/** Wake lines 3 to 5: whatever happened before, somebody drives the open run afterwards. */
import { env } from '../adapters/environment.ts'
import { changeSession } from '../adapters/sessions.ts'
import { completeTask, startExecution } from '../adapters/step-functions.ts'
import { runName } from '../core/execution-name.ts'
import { recoverRun, type WakeTarget } from '../protocol/append.ts'

/** From line 3; without a token from line 4. Nobody to wake: nothing to do. */
export async function wakeRun(sessionId: string, target: WakeTarget): Promise<void> {
  if (!target) return
  if (target.token !== undefined && (await answered(target.token))) return
  await startRun(sessionId, target.run)
}

/** Any error leads on to line 4: the execution may be there without waiting. */
const answered = (token: string) => completeTask(token).catch(() => false)

/** Lines 4 and 5, from a consistent read's run id: what recover-run and the sweep begin with. */
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
