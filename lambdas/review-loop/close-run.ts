/** CloseRun: asks about workers that nobody decides on, closes the run if nothing is outstanding, and pauses the conductor's sandbox. */
import { writeEntries } from '../../src/adapters/history.ts'
import { readLedger } from '../../src/adapters/ledgers.ts'
import { logger } from '../../src/adapters/logger.ts'
import { changeSession } from '../../src/adapters/sessions.ts'
import { closeRun } from '../../src/protocol/lifecycle.ts'
import { task } from '../../src/triggers/task.ts'
import { runInput } from '../../src/triggers/task-input.ts'
import { pauseConductor } from '../../src/use-cases/conductor-sandbox.ts'
import { postRun } from '../../src/use-cases/post-usage.ts'
import { askAboutStranded } from '../../src/use-cases/worker-bound.ts'

export const closeRunTask = task(runInput, async ({ sessionId, run }) => {
  await askAboutStranded(sessionId, run)
  const ledger = await readLedger(sessionId)
  const account = { models: ledger.total, at: new Date().toISOString() }
  const closed = await changeSession(sessionId, (session) => closeRun(session, run, account))
  if (!closed?.output) return { closed: false }
  await Promise.all([
    writeEntries(closed.item, ({ kind }) => kind === 'receipt' || kind === 'notice'),
    postRun(closed.item, ledger),
  ])
  const { sandboxId } = closed.item.conductor
  // If pausing fails, the sandbox pauses itself at the end of its hour. That costs money but loses no work.
  if (sandboxId !== undefined)
    await pauseConductor(sessionId, run, sandboxId).catch((error: unknown) =>
      logger.warn('sandbox not paused', { error }),
    )
  return { closed: true }
})
