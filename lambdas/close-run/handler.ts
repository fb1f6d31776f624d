/** CloseRun: closes the run if nothing is outstanding, and lets the conductor's sandbox rest. */
import { writeEntries } from '../adapters/history.ts'
import { readLedger } from '../adapters/ledgers.ts'
import { logger } from '../adapters/logger.ts'
import { pauseSandbox } from '../adapters/sandboxes.ts'
import { changeSession } from '../adapters/sessions.ts'
import { closeRun } from '../core/run/ends.ts'
import { runStep } from '../run/inputs.ts'
import { task } from '../run/task.ts'

export const handler = task(runStep, async ({ sessionId, run }) => {
  const { total: models } = await readLedger(sessionId)
  const account = { models, at: new Date().toISOString() }
  const closed = await changeSession(sessionId, (session) => closeRun(session, run, account))
  if (!closed?.answer) return { closed: false }
  await writeEntries(closed.item, ({ kind }) => kind === 'receipt')
  const { sandboxId } = closed.item.conductor
  // A sandbox that is not paused now pauses itself at the end of its hour: it costs money, not work.
  if (sandboxId !== undefined)
    await pauseSandbox(sandboxId).catch((error: unknown) => logger.warn('not paused', { error }))
  return { closed: true }
})
