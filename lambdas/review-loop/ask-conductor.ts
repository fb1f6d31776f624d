/** AskConductor: takes what waits, gets a sandbox and a new job number and starts the runner. The callback completes the task. */
import * as z from 'zod'
import { writeEntries } from '../../src/adapters/history.ts'
import { logger } from '../../src/adapters/logger.ts'
import { runningSandbox } from '../../src/adapters/sandboxes.ts'
import { changeSession, readSession } from '../../src/adapters/sessions.ts'
import { SandboxExpiring, StateChanged } from '../../src/core/errors.ts'
import { failsTooOften, SANDBOX_SECONDS, TURN_SECONDS } from '../../src/core/limits.ts'
import type { Session } from '../../src/core/session.ts'
import { decisionsIn, takeAndAsk } from '../../src/protocol/combined.ts'
import { isExpiring } from '../../src/protocol/sandbox.ts'
import {
  type FlushedHistory,
  type TakeContext,
  takeMessages,
} from '../../src/protocol/take-messages.ts'
import { task } from '../../src/triggers/task.ts'
import { runInput, withToken } from '../../src/triggers/task-input.ts'
import { applyDecisions } from '../../src/use-cases/apply-decisions.ts'
import { conductorMetadata, withConductorSandbox } from '../../src/use-cases/conductor-sandbox.ts'
import { endUnclaimed } from '../../src/use-cases/end-unclaimed.ts'
import { flushHistory } from '../../src/use-cases/flush-history.ts'
import { postForBudgets } from '../../src/use-cases/post-usage.ts'
import { endReplaced } from '../../src/use-cases/replace-sandbox.ts'
import { runnerEnvironment } from '../../src/use-cases/runner-environment.ts'
import { sandboxNetwork } from '../../src/use-cases/sandbox-network.ts'
import { budgetContext } from './take-context.ts'

const input = z.object({ ...runInput.shape, ...withToken })

const NOTHING: FlushedHistory = { entries: new Set(), marked: new Set() }

export const askConductorTask = task(input, ({ sessionId, ...asked }) =>
  withConductorSandbox(sessionId, () => ask({ sessionId, ...asked })),
)

/**
 * Throws StateChanged if something else is to be done than to ask, which is ContinueRun's. What waits is taken with the
 * job number, when the sandbox is there.
 */
async function ask({ sessionId, run, taskToken, retry }: z.infer<typeof input>) {
  const session = await readSession(sessionId)
  if (!session) throw new StateChanged('there is no such session')
  const now = Date.now()
  const [written, budgets] = await Promise.all([
    // E2B may be busy for many attempts.
    retry > 0 ? NOTHING : flushHistory(session),
    budgetContext(session),
  ])
  const context = { written, now, ...budgets }
  const { item: planned, output: plan } = takeMessages(session, run, context)
  if (plan.do !== 'ask' || !planned.turn) return pauseAtBudget(session, run, context)
  logger.appendKeys({ turn: plan.turn })
  const decided = decisionsIn(planned.turn)
  await applyDecisions(planned)
  const { awakeSince, sandbox } = await awake(planned, retry > 0 || planned.turn.asked > 0)
  const { sandboxId, created } = sandbox
  const at = new Date().toISOString()
  const claim = { token: taskToken, sandbox: { sandboxId, awakeSince }, at, decided }
  const claimed = await changeSession(session, (current) =>
    takeAndAsk(current, run, { ...context, ...claim }),
  )
  if (!claimed || !('job' in claimed.output)) {
    // No item knows the sandbox that was just created.
    if (created && claimed?.item.conductor.sandboxId !== sandboxId) await endUnclaimed(sandboxId)
    throw new StateChanged('the turn was answered, abandoned or taken over')
  }
  const { item, output } = claimed
  const leg = { session: sessionId, leg: output.turn, job: output.job }
  // Other sessions may be about to begin a turn under the same budget.
  await postForBudgets(item)
  await sandbox.launch(await runnerEnvironment(leg, TURN_SECONDS))
  await endReplaced(session.conductor.sandboxId, sandboxId)
  // Say now that the sandbox was replaced, because the turn may take long. ContinueRun would write it again.
  await writeEntries(item, ({ kind }) => kind === 'notice').catch((error: unknown) =>
    logger.warn('notice not written yet', { error }),
  )
}

/** Pauses the run, if it is over a budget. */
async function pauseAtBudget(session: Session, run: number, context: TakeContext): Promise<never> {
  const { item } = takeMessages(session, run, context)
  if (item.paused !== session.paused) {
    const paused = await changeSession(session, (current) => takeMessages(current, run, context))
    // Write the notice now, because nothing else may write it before a person continues the session.
    if (paused) await writeEntries(paused.item, ({ seq }) => seq === paused.item.paused?.seq)
  }
  throw new StateChanged('the conductor is not asked next')
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
