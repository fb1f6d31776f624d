/** Has a leg verified: creates the verifier's item, collects what it found, and ends it. */
import { randomUUID } from 'node:crypto'
import { getResult } from '../adapters/bodies.ts'
import { readLedger } from '../adapters/ledgers.ts'
import { changeWorker, readWorker, spawnWorker } from '../adapters/workers.ts'
import { jobName, troubleOfJob, usedBy } from '../core/ledger.ts'
import { modelNames } from '../core/tally.ts'
import {
  beginVerification,
  isVerifying,
  newVerifier,
  storeVerification,
  verificationOf,
  verifierId,
  withoutTime,
} from '../core/verification.ts'
import { currentLeg, type LegId, type Worker } from '../core/worker.ts'
import type { LegFailure } from '../core/worker-report.ts'
import { endVerifier } from './end-worker.ts'

/**
 * Creates the verifier of leg `n` and marks the leg as being verified. Returns `stored` if there is no time for it, which
 * the leg says then, and `changed` if the leg or its worker is over.
 */
export async function startVerification(
  worker: Worker,
  n: number,
): Promise<'verifying' | 'stored' | 'changed'> {
  const { sessionId, workerId } = worker
  const now = Date.now()
  const at = new Date(now)
  if (currentLeg(worker).verifySeconds === 0) {
    const verification = withoutTime(worker, n, at.toISOString())
    const changed = await changeWorker({ sessionId, workerId }, (current) =>
      storeVerification(current, n, { verification, used: {} }),
    )
    return changed?.item.live && currentLeg(changed.item).n === n ? 'stored' : 'changed'
  }
  // The item comes before the mark, so that whoever ends a worker that is being verified finds its verifier.
  await spawnWorker(newVerifier(worker, { cliSession: randomUUID(), at }))
  const marked = await changeWorker({ sessionId, workerId }, (current) =>
    beginVerification(current, n, { now }),
  )
  if (marked && isVerifying(marked.item, n)) return 'verifying'
  await endVerifier(sessionId, verifierId(workerId, n))
  return 'changed'
}

/** Stores what became of a verification, if nobody has, calls `report`, and ends the verifier. */
export async function collectVerifier(
  { sessionId, workerId, leg: n }: LegId,
  failure: LegFailure,
  report: () => Promise<unknown>,
): Promise<void> {
  const worker = await readWorker(sessionId, workerId)
  if (worker && isVerifying(worker, n)) {
    const end = await verifierEnd(sessionId, verifierId(workerId, n), failure)
    await changeWorker({ sessionId, workerId }, (current) =>
      storeVerification(current, n, {
        verification: verificationOf(current, n, end),
        used: end.used,
      }),
    )
  }
  await report()
  await endVerifier(sessionId, verifierId(workerId, n))
}

/** Returns how a verifier has ended: its result, or why it has none. */
async function verifierEnd(sessionId: string, id: string, failure: LegFailure) {
  const [verifier, ledger] = await Promise.all([readWorker(sessionId, id), readLedger(sessionId)])
  const { result, since } = verifier?.legs.at(-1) ?? {}
  const used = usedBy(ledger, id, 1)
  const [model] = modelNames(used)
  const now = Date.now()
  return {
    result: result === undefined ? undefined : await getResult(sessionId, result),
    failure,
    trouble: troubleOfJob(ledger, jobName({ worker: id, leg: 1, job: verifier?.lastJob ?? 0 })),
    model,
    used,
    seconds: since === undefined ? 0 : Math.round((now - since) / 1000),
    at: new Date(now).toISOString(),
  }
}
