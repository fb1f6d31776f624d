/** AskConductor: gets a sandbox and a new job number and starts the runner. The callback completes the task. */
import * as z from 'zod'
import { writeEntries } from '../../src/adapters/history.ts'
import { logger } from '../../src/adapters/logger.ts'
import { runningSandbox } from '../../src/adapters/sandboxes.ts'
import { changeSession, readSession } from '../../src/adapters/sessions.ts'
import { SandboxExpiring, StateChanged } from '../../src/core/errors.ts'
import { failsTooOften, SANDBOX_SECONDS, TURN_SECONDS } from '../../src/core/limits.ts'
import type { Session } from '../../src/core/session.ts'
import { isExpiring } from '../../src/protocol/sandbox.ts'
import { askConductor } from '../../src/protocol/turn.ts'
import { task } from '../../src/triggers/task.ts'
import { turnInput, withToken } from '../../src/triggers/task-input.ts'
import { applyDecisions } from '../../src/use-cases/apply-decisions.ts'
import { conductorMetadata, withConductorSandbox } from '../../src/use-cases/conductor-sandbox.ts'
import { endUnclaimed } from '../../src/use-cases/end-unclaimed.ts'
import { endReplaced } from '../../src/use-cases/replace-sandbox.ts'
import { runnerEnvironment } from '../../src/use-cases/runner-environment.ts'
import { sandboxNetwork } from '../../src/use-cases/sandbox-network.ts'

const input = z.object({ ...turnInput.shape, ...withToken })

export const askConductorTask = task(input, ({ sessionId, ...asked }) =>
  withConductorSandbox(sessionId, () => ask({ sessionId, ...asked })),
)

async function ask({ sessionId, run, turn, taskToken, retry }: z.infer<typeof input>) {
  const session = await readSession(sessionId)
  if (session?.turn?.n !== turn || session.run.id !== run)
    throw new StateChanged('this turn is over')
  await applyDecisions(session)
  const { awakeSince, sandbox } = await awake(session, retry > 0 || session.turn.asked > 0)
  const { sandboxId, created } = sandbox
  const at = new Date().toISOString()
  const claimed = await changeSession(sessionId, (current) =>
    askConductor(current, run, turn, { token: taskToken, sandbox: { sandboxId, awakeSince }, at }),
  )
  if (claimed?.output === undefined) {
    // No item knows the sandbox that was just created.
    if (created && claimed?.item.conductor.sandboxId !== sandboxId) await endUnclaimed(sandboxId)
    throw new StateChanged('the turn was answered, abandoned or taken over')
  }
  const { item, output: job } = claimed
  await sandbox.launch(
    await runnerEnvironment({ session: sessionId, leg: turn, job }, TURN_SECONDS),
  )
  await endReplaced(session.conductor.sandboxId, sandboxId)
  // Say now that the sandbox was replaced, because the turn may take long. TakeMessages would write it again.
  await writeEntries(item, ({ kind }) => kind === 'notice').catch((error: unknown) =>
    logger.warn('notice not written yet', { error }),
  )
}

/** Returns the conductor's sandbox. Throws SandboxExpiring if too little of its hour is left for a turn. */
async function awake(session: Session, mayExist: boolean) {
  const { conductor } = session
  const { sandboxId, awakeSince } = conductor
  const now = Date.now()
  const replace = failsTooOften(conductor)
  if (sandboxId !== undefined && !replace && isExpiring(conductor, now))
    throw new SandboxExpiring('too little is left of the hour of the sandbox for a turn')
  const sandbox = await runningSandbox({
    sandboxId,
    replace,
    metadata: conductorMetadata(session),
    seconds: SANDBOX_SECONDS,
    network: sandboxNetwork('CONDUCTOR_EGRESS'),
    mayExist,
  })
  return { sandbox, awakeSince: sandbox.sandboxId === sandboxId ? (awakeSince ?? now) : now }
}
