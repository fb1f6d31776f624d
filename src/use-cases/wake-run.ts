/** Wake lines 3 to 5: whatever happened before, somebody drives the open run afterwards. */
import { variable } from '../adapters/environment.ts'
import { changeSession } from '../adapters/sessions.ts'
import { completeTask, start } from '../adapters/step-functions.ts'
import { runName } from '../core/execution-name.ts'
import { recover, type Wake } from '../protocol/append.ts'

/** From line 3; without a token from line 4. Nobody to wake: nothing to do. */
export async function wake(sessionId: string, target: Wake): Promise<void> {
  if (!target) return
  if (target.token !== undefined && (await answered(target.token))) return
  await drive(sessionId, target.run)
}

/** Any error leads on to line 4: the execution may be there without waiting. */
const answered = (token: string) => completeTask(token).catch(() => false)

/** Lines 4 and 5, from a consistent read's run id: what recover-run and the sweep begin with. */
export async function drive(sessionId: string, run: number): Promise<void> {
  let current: number | undefined = run
  while (current !== undefined) {
    const input = { sessionId, run: current }
    if (await start(variable('REVIEW_LOOP_ARN'), runName(sessionId, current), input)) return
    const over: number = current
    const recovered = await changeSession(sessionId, (session) => recover(session, over))
    current = recovered?.answer?.run
  }
}
