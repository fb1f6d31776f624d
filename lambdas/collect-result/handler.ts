/** CollectResult: the leg's report on its way to the conductor, then the worker's sandbox at rest. */
import * as z from 'zod'
import { getResult, putBody } from '../adapters/bodies.ts'
import { logger } from '../adapters/logger.ts'
import { enqueue } from '../adapters/queue.ts'
import { pauseSandbox } from '../adapters/sandboxes.ts'
import { readSession } from '../adapters/sessions.ts'
import { changeWorker, readWorker } from '../adapters/workers.ts'
import { lostReport, reportOf } from '../core/report.ts'
import { currentLeg, endLeg, legId } from '../core/worker.ts'
import { legStep } from '../run/inputs.ts'
import { task } from '../run/task.ts'

const input = z.object({
  ...legStep.shape,
  /** Why StartLeg ended without a result, if it did. */
  error: z.object({ Error: z.string().nullish(), Cause: z.string().nullish() }).optional(),
})

export const handler = task(input, async ({ sessionId, workerId, leg: n, error }) => {
  const worker = await readWorker(sessionId, workerId)
  if (!worker?.live) return
  const leg = currentLeg(worker)
  if (leg.n !== n || leg.reported) return
  const report =
    leg.result === undefined ? lostReport(error) : reportOf(await getResult(sessionId, leg.result))
  const at = new Date().toISOString()
  const messageId = legId(workerId, n)
  const { text, outcome } = report
  await putBody(sessionId, messageId, { from: 'worker', workerId, leg: n, run: leg.run, text, at })
  const channel = (await readSession(sessionId))?.channel ?? 'http'
  await enqueue({ sessionId, messageId, channel })
  await changeWorker({ sessionId, workerId }, (current) => endLeg(current, n, { outcome, at }))
  if (worker.sandboxId !== undefined)
    await pauseSandbox(worker.sandboxId).catch((cause: unknown) =>
      logger.warn('not paused', { cause }),
    )
})
