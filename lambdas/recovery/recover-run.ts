/** Handles executions that failed, were aborted or timed out: restarts the run, or reports the leg as lost. */
import * as z from 'zod'
import { writeEntries } from '../../src/adapters/history.ts'
import { logger } from '../../src/adapters/logger.ts'
import { endSandbox } from '../../src/adapters/sandboxes.ts'
import { changeSession } from '../../src/adapters/sessions.ts'
import { clause } from '../../src/core/clause.ts'
import { readName } from '../../src/core/execution-name.ts'
import { logIds } from '../../src/core/log-ids.ts'
import type { LegFailure } from '../../src/core/worker-report.ts'
import { reportFailure } from '../../src/protocol/lifecycle.ts'
import { task } from '../../src/triggers/task.ts'
import { collectDeadLeg } from '../../src/use-cases/collect-leg.ts'
import { startRun } from '../../src/use-cases/wake-run.ts'

/** EventBridge's `Step Functions Execution Status Change`. */
const statusChange = z.object({
  detail: z.object({
    name: z.string(),
    status: z.enum(['FAILED', 'ABORTED', 'TIMED_OUT']),
    error: z.string().nullish(),
    cause: z.string().nullish(),
  }),
})

export const recoverRunTask = task(statusChange, async ({ detail }) => {
  const { name, status, error, cause } = detail
  const ended = readName(name)
  if (!ended) return
  logger.appendKeys(logIds(ended))
  const failure = { Error: error ?? status, Cause: cause }
  // If an operator aborts an execution, its processes should end instead of being paused.
  const options = status === 'ABORTED' ? { release: endSandbox } : {}
  if ('leg' in ended) await collectDeadLeg(ended, failure, options)
  else await takeOver(ended, status === 'FAILED' ? undefined : failure)
})

/**
 * Takes a run over. A run that failed has reported it already; one that was ended from outside could not, so
 * `unreported` is its failure.
 */
async function takeOver(
  { sessionId, run }: { sessionId: string; run: number },
  unreported: LegFailure | undefined,
): Promise<void> {
  const at = new Date().toISOString()
  const { Error: error, Cause: cause } = unreported ?? {}
  const text = `Run ${run} was interrupted (${error}${cause ? `: ${clause(cause)}` : ''}) and is being restarted.`
  const session = await changeSession(sessionId, (current) =>
    unreported
      ? reportFailure(current, run, text, at)
      : { item: current, output: current.run.id === run && current.run.open },
  )
  if (!session?.output) return
  if (unreported) await writeEntries(session.item)
  await startRun(sessionId, run)
}
