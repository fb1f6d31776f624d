/** RenewSandbox: pauses the conductor's sandbox before its hour is over. The next turn resumes it, with a new hour. */
import { readSession } from '../../src/adapters/sessions.ts'
import { task } from '../../src/triggers/task.ts'
import { runInput } from '../../src/triggers/task-input.ts'
import { pauseConductor, withConductorSandbox } from '../../src/use-cases/conductor-sandbox.ts'

export const renewSandboxTask = task(runInput, async ({ sessionId, run }) => {
  const session = await readSession(sessionId)
  const sandboxId = session?.conductor.sandboxId
  if (session?.run.id !== run || sandboxId === undefined) return
  await withConductorSandbox(sessionId, () => pauseConductor(session, run, { sandboxId }))
})
