/** AskConductor: gets a sandbox and a new job number and starts the runner. The callback completes the task. */
import * as z from 'zod'
import { endSandbox, pauseSandbox, runningSandbox } from '../../src/adapters/sandboxes.ts'
import { changeSession, readSession } from '../../src/adapters/sessions.ts'
import { StateChanged } from '../../src/core/errors.ts'
import { SANDBOX_SECONDS, TURN_SECONDS } from '../../src/core/limits.ts'
import type { Session } from '../../src/core/session.ts'
import { askConductor } from '../../src/protocol/turn.ts'
import { task } from '../../src/triggers/task.ts'
import { turnInput, withToken } from '../../src/triggers/task-input.ts'
import { runnerEnvironment } from '../../src/use-cases/runner-environment.ts'

const input = z.object({ ...turnInput.shape, ...withToken })

export const askConductorTask = task(input, async ({ sessionId, run, turn, taskToken, retry }) => {
  const session = await readSession(sessionId)
  if (session?.turn?.n !== turn || session.run.id !== run)
    throw new StateChanged('this turn is over')
  const { awakeSince, sandbox } = await awake(session, retry > 0 || session.turn.asked > 0)
  const conductor = { ...session.conductor, sandboxId: sandbox.sandboxId, awakeSince }
  const claimed = await changeSession(sessionId, (current) =>
    askConductor(current, run, turn, { token: taskToken, conductor }),
  )
  const job = claimed?.output
  if (job === undefined) {
    // No item knows the sandbox that was just created.
    if (sandbox.created && claimed?.item.conductor.sandboxId !== sandbox.sandboxId)
      await endSandbox(sandbox.sandboxId)
    throw new StateChanged('the turn was answered, abandoned or taken over')
  }
  await sandbox.launch(
    await runnerEnvironment({ session: sessionId, leg: turn, job }, TURN_SECONDS),
  )
})

/** Returns the conductor's sandbox with enough of its hour left for a turn. Pausing it starts a new hour. */
async function awake({ sessionId, conductor }: Session, mayExist: boolean) {
  const { sandboxId, awakeSince } = conductor
  const now = Date.now()
  const expiring =
    awakeSince !== undefined && now + TURN_SECONDS * 1000 > awakeSince + SANDBOX_SECONDS * 1000
  if (sandboxId !== undefined && expiring) await pauseSandbox(sandboxId)
  const sandbox = await runningSandbox({
    sandboxId,
    metadata: { session: sessionId, role: 'conductor' },
    seconds: SANDBOX_SECONDS,
    onTimeout: 'pause',
    mayExist,
  })
  const stayedAwake = !sandbox.created && !expiring && awakeSince !== undefined
  return { sandbox, awakeSince: stayedAwake ? awakeSince : now }
}
