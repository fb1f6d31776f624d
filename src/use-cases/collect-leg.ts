/** Collects a finished leg: queues its report for the conductor, then pauses the worker's sandbox. */
import { getResult } from '../adapters/bodies.ts'
import { readLedger } from '../adapters/ledgers.ts'
import { logger } from '../adapters/logger.ts'
import { pauseSandbox } from '../adapters/sandboxes.ts'
import { readSession } from '../adapters/sessions.ts'
import { changeWorker, readWorker } from '../adapters/workers.ts'
import { artifactsOfLeg } from '../core/artifacts.ts'
import { usedBy } from '../core/ledger.ts'
import { endLeg } from '../core/leg.ts'
import { currentLeg, legId } from '../core/worker.ts'
import { type LegFailure, lostReport, reportOf } from '../core/worker-report.ts'
import { postMessage } from './post-message.ts'

export interface LegId {
  readonly sessionId: string
  readonly workerId: string
  readonly leg: number
}

/**
 * Queues the report under the leg's id, then marks the leg as reported, so a repeated call sends the same message.
 * Without a stored result the report says that the leg was lost, and why. Does nothing if the leg is already reported or
 * its worker has ended. `release` says what to do with the sandbox.
 */
export async function collectLeg(
  { sessionId, workerId, leg: n }: LegId,
  failure: LegFailure,
  { release = pauseSandbox }: { release?: (sandboxId: string) => Promise<void> } = {},
): Promise<void> {
  const worker = await readWorker(sessionId, workerId)
  if (!worker?.live) return
  const leg = currentLeg(worker)
  if (leg.n !== n || leg.reported) return
  const { text, outcome } =
    leg.result === undefined
      ? lostReport(failure)
      : reportOf(await getResult(sessionId, leg.result), artifactsOfLeg(worker, n))
  const now = Date.now()
  const at = new Date(now).toISOString()
  const seconds = leg.since === undefined ? 0 : Math.round((now - leg.since) / 1000)
  const messageId = legId(workerId, n)
  const channel = (await readSession(sessionId))?.channel ?? 'http'
  await postMessage(
    { sessionId, messageId, channel },
    {
      from: 'worker',
      workerId,
      leg: n,
      run: leg.run,
      text,
      at,
      replyTo: leg.replyTo,
      seconds,
      failed: outcome !== 'done',
    },
  )
  const used = usedBy(await readLedger(sessionId), workerId, n)
  await changeWorker({ sessionId, workerId }, (current) =>
    endLeg(current, n, { outcome, used, at }),
  )
  if (worker.sandboxId !== undefined)
    await release(worker.sandboxId).catch((error: unknown) =>
      logger.warn('sandbox not paused', { error }),
    )
}
