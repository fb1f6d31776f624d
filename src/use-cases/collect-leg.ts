/**
 * Collects a finished leg: has it verified if that is due, queues its report for the conductor, marks it, then pauses the
 * worker's sandbox.
 */
import { getResult } from '../adapters/bodies.ts'
import { env } from '../adapters/environment.ts'
import { readLedger } from '../adapters/ledgers.ts'
import { logger } from '../adapters/logger.ts'
import { pauseSandbox } from '../adapters/sandboxes.ts'
import { readSession } from '../adapters/sessions.ts'
import { changeWorker, readWorker } from '../adapters/workers.ts'
import { workerReport } from '../contract/review.ts'
import type { Result } from '../contract/runner.ts'
import { artifactsOfLeg } from '../core/artifacts.ts'
import { networkNote } from '../core/egress.ts'
import { jobName, troubleOfJob, usedBy } from '../core/ledger.ts'
import { endLeg } from '../core/leg.ts'
import { WORKER_PROMPT } from '../core/prompts/versions.ts'
import type { Session } from '../core/session.ts'
import { isVerifying, needsVerification } from '../core/verification.ts'
import { verificationText } from '../core/verification-text.ts'
import {
  currentLeg,
  type Leg,
  type LegId,
  type LegOutcome,
  legId,
  type Worker,
} from '../core/worker.ts'
import { type LegFailure, lostReport, reportOf } from '../core/worker-report.ts'
import { arrivedReport } from './arrived-report.ts'
import { postMessage } from './post-message.ts'
import { collectVerifier, startVerification } from './verify-leg.ts'

export interface Release {
  /** What to do with the worker's sandbox. */
  readonly release?: (sandboxId: string) => Promise<void>
}

/**
 * Queues the report under the leg's id, then marks the leg as reported, so a repeated call sends the same message.
 * Without a stored result the report says that the leg was lost, and why. Does nothing if the leg is already reported or
 * its worker has ended. Returns true if the report has to wait for a verification: then a verifier is there to be started,
 * and `collectVerification` goes on when it is over.
 */
export async function collectLeg(
  { sessionId, workerId, leg: n }: LegId,
  failure: LegFailure,
  { release = pauseSandbox }: Release = {},
): Promise<boolean> {
  const worker = await readWorker(sessionId, workerId)
  if (!worker?.live) return false
  const leg = currentLeg(worker)
  if (leg.n !== n || leg.reported) return false
  if (isVerifying(worker, n)) return true
  const result = leg.result === undefined ? undefined : await getResult(sessionId, leg.result)
  const claims = workerReport.safeParse(result?.structured).data
  if (!leg.verification && result?.outcome === 'done' && needsVerification(worker, claims)) {
    const begun = await startVerification(worker, n)
    // If somebody else ended the worker or reported the leg, nothing is left to do.
    if (begun === 'changed') return false
    if (begun === 'verifying') {
      await releaseSandbox(worker, release)
      return true
    }
    return collectLeg({ sessionId, workerId, leg: n }, failure, { release })
  }
  const { outcome, at } = await report(worker, leg, { result, failure })
  const ended = await markReported({ sessionId, workerId, leg: n }, { outcome, at })
  // If the conductor's next instruction has marked it, the sandbox has work again. A verified leg's is paused already.
  if (ended && leg.ranSeconds === undefined) await releaseSandbox(worker, release)
  return false
}

/**
 * Stores what became of the verification of a leg, then reports the leg, then ends the verifier. Each can be repeated.
 * Without a result of the verifier, the report says that nothing was verified, and why.
 */
export async function collectVerification(leg: LegId, failure: LegFailure): Promise<void> {
  await collectVerifier(leg, failure, () => collectLeg(leg, failure))
}

/** Reports a leg whose execution is over, so that nobody can run a verifier for it any more. */
export async function collectDeadLeg(
  leg: LegId,
  failure: LegFailure,
  options: Release = {},
): Promise<void> {
  if (await collectLeg(leg, failure, options)) await collectVerification(leg, failure)
}

const releaseSandbox = async (
  { sandboxId }: Worker,
  release: NonNullable<Release['release']>,
): Promise<void> => {
  if (sandboxId !== undefined)
    await release(sandboxId).catch((error: unknown) => logger.warn('sandbox not paused', { error }))
}

/** Queues the report. */
async function report(
  worker: Worker,
  leg: Leg,
  { result, failure }: { result: Result | undefined; failure: LegFailure },
): Promise<{ outcome: LegOutcome; at: string }> {
  const { sessionId, workerId } = worker
  const { n, verification } = leg
  const job = jobName({ worker: workerId, leg: n, job: worker.lastJob })
  const { text, outcome, claims } = result
    ? reportOf(result, artifactsOfLeg(worker, n), {
        filesLost: leg.filesLost,
        group: worker.group,
        network: networkNote("The worker's sandbox", 'workerEgress', env('WORKER_EGRESS')),
        trouble: troubleOfJob(await readLedger(sessionId), job),
      })
    : lostReport(failure, { filesLost: leg.filesLost, group: worker.group })
  const now = Date.now()
  const at = new Date(now).toISOString()
  const ran = leg.since === undefined ? 0 : Math.round((now - leg.since) / 1000)
  const messageId = legId(workerId, n)
  const channel = (await readSession(sessionId))?.channel ?? 'http'
  await postMessage(
    { sessionId, messageId, channel },
    {
      from: 'worker',
      workerId,
      leg: n,
      run: leg.run,
      text: verification ? `${text}\n\n${verificationText(verification, claims)}` : text,
      at,
      replyTo: leg.replyTo,
      seconds: (leg.ranSeconds ?? ran) + (verification?.seconds ?? 0),
      failed: outcome !== 'done',
      outcome,
      prompt: WORKER_PROMPT,
      claims,
      verification,
    },
  )
  return { outcome, at }
}

/**
 * Marks a leg whose report has reached the session but not the worker's item: whoever queued the report is late, or has
 * crashed. Does nothing if it is marked, or there is no report.
 */
export async function markArrivedReport(
  session: Session,
  workerId: string,
  current: Leg,
): Promise<void> {
  const { sessionId } = session
  const leg = current.n
  const arrived = await arrivedReport(session, workerId, current)
  if (arrived?.from !== 'worker') return
  // Older reports do not say how the leg ended.
  const { outcome = arrived.failed ? 'failed' : 'done', at } = arrived
  await markReported({ sessionId, workerId, leg }, { outcome, at })
}

/** Returns whether this call marked it. */
async function markReported(
  { sessionId, workerId, leg }: LegId,
  { outcome, at }: { outcome: LegOutcome; at: string },
): Promise<boolean> {
  const used = usedBy(await readLedger(sessionId), workerId, leg)
  const changed = await changeWorker({ sessionId, workerId }, (worker) =>
    endLeg(worker, leg, { outcome, used, at }),
  )
  return changed?.output ?? false
}
