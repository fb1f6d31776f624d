/** The independent verification of a leg: when one is due, its verifier's item, and what it found. */
import {
  type Verification,
  type VerifierReport,
  verifierReport,
  type WorkerReport,
} from '../contract/review.ts'
import type { Result } from '../contract/runner.ts'
import { artifactsOfLeg } from './artifacts.ts'
import { criteriaOf, isChangedAfter } from './criteria.ts'
import { failureText, withoutAddresses } from './failure-text.ts'
import { type ModelTrouble, whatHappened } from './model-trouble.ts'
import { VERIFIER_PROMPT } from './prompts/versions.ts'
import type { Tally } from './tally.ts'
import { transition, unchanged } from './transition.ts'
import { boundedFinding } from './verdict-record.ts'
import { currentLeg, type Leg, newWorker, type Worker, type WorkerTransition } from './worker.ts'
import type { LegFailure } from './worker-report.ts'

/** The id of the verifier of a leg: `w1v2` for leg 2 of `w1`. */
export const verifierId = (workerId: string, leg: number) => `${workerId}v${leg}`

/** Returns the leg that a verifier checks, by its id. Returns undefined for the id of a worker. */
export function verifiedLeg(id: string): { workerId: string; leg: number } | undefined {
  const [, workerId, leg] = /^(w\d+)v(\d+)$/.exec(id) ?? []
  return workerId === undefined ? undefined : { workerId, leg: Number(leg) }
}

/** Returns whether reports of this worker may have to be verified. Without criteria there is nothing to verify. */
export const mayBeVerified = ({ verify, criteria }: Pick<Worker, 'verify' | 'criteria'>) =>
  verify !== undefined && verify.mode !== 'none' && criteria.length > 0

/**
 * Returns whether the report of the current leg, which ended with `done`, has to be verified. `claims` are the worker's: who
 * names files but hands over none is verified like everybody who hands over files.
 */
export function needsVerification(worker: Worker, claims?: WorkerReport): boolean {
  const { verify, legs } = worker
  const leg = currentLeg(worker)
  if (!verify || leg.verifySeconds === undefined || !mayBeVerified(worker)) return false
  const hasFiles = artifactsOfLeg(worker, leg.n).length > 0 || namesFiles(claims)
  if (verify.onlyWithArtifacts && !hasFiles) return false
  return verify.mode === 'always' || !legs.some((each) => provesAll(worker, each))
}

const namesFiles = ({ artifacts = [], criteria = [] }: Partial<WorkerReport> = {}) =>
  artifacts.length > 0 || criteria.some(({ artifact }) => artifact !== undefined)

/** A leg proves nothing about a criterion that has changed since. */
const provesAll = (worker: Worker, { n, verification }: Leg) =>
  criteriaOf(worker).every(
    ({ id }) =>
      !isChangedAfter(worker, id, n) &&
      verification?.criteria.some((finding) => finding.id === id && finding.status === 'met'),
  )

/** The item of the verifier of the current leg. It has one leg, and it never becomes a worker in lists. */
export function newVerifier(worker: Worker, { cliSession, at }: { cliSession: string; at: Date }) {
  const { sessionId, workerId } = worker
  const { n: leg, run, commandId, verifySeconds = 0 } = currentLeg(worker)
  const verifier = newWorker(
    { sessionId, workerId: verifierId(workerId, leg), cliSession },
    { task: `Verify leg ${leg} of ${workerId}`, criteria: [] },
    { commandId, run, at, seconds: verifySeconds },
  )
  return { ...verifier, verifies: { workerId, leg }, live: 'verifier' } satisfies Worker
}

/** Returns whether a verification of leg `n` is under way. */
export function isVerifying(worker: Worker, n: number): boolean {
  const leg = currentLeg(worker)
  return (
    worker.live !== undefined &&
    leg.n === n &&
    leg.verifier !== undefined &&
    leg.verification === undefined &&
    !leg.reported
  )
}

/** Marks leg `n` as being verified. Returns whether this call did it. */
export function beginVerification(
  worker: Worker,
  n: number,
  { now }: { now: number },
): WorkerTransition<boolean> {
  const leg = currentLeg(worker)
  if (!worker.live || leg.n !== n || leg.reported || leg.verifier !== undefined)
    return unchanged(worker, false)
  const ranSeconds = leg.since === undefined ? 0 : Math.round((now - leg.since) / 1000)
  const verifying = { ...leg, verifier: verifierId(worker.workerId, n), ranSeconds }
  return transition(
    {
      ...worker,
      status: 'verifying',
      activity: 'is being verified',
      lastActivity: new Date(now).toISOString(),
      legs: [...worker.legs.slice(0, -1), verifying],
    },
    true,
  )
}

/**
 * Stores what became of the verification of leg `n`, before the report is queued. The first one counts, so that the
 * report and the item always agree.
 */
export function storeVerification(
  worker: Worker,
  n: number,
  { verification, used }: { verification: Verification; used: Tally },
): WorkerTransition<void> {
  const leg = currentLeg(worker)
  if (!worker.live || leg.n !== n || leg.reported || leg.verification)
    return unchanged(worker, undefined)
  const verified = { ...leg, verification, verifierUsed: used }
  return transition({ ...worker, legs: [...worker.legs.slice(0, -1), verified] }, undefined)
}

/** What a verification ended with. */
export interface VerifierEnd {
  /** The verifier's result, if it brought one. */
  readonly result?: Result | undefined
  /** Why it brought none. */
  readonly failure: LegFailure
  /** What kept the model from answering. */
  readonly trouble?: ModelTrouble | undefined
  readonly model?: string | undefined
  readonly seconds: number
  readonly at: string
}

/** Returns what became of a verification. Without a usable result nothing was verified, and it says why. */
export function verificationOf(
  worker: Worker,
  n: number,
  { result, failure, trouble, model, seconds, at }: VerifierEnd,
): Verification {
  const facts = {
    verifier: verifierId(worker.workerId, n),
    prompt: VERIFIER_PROMPT,
    at,
    seconds,
    ...(model && { model }),
  }
  const failed = (outcome: Verification['outcome'], problem: string): Verification => ({
    ...facts,
    outcome,
    problem: problem.slice(0, 500).toWellFormed(),
    criteria: [],
    remarks: [],
  })
  if (!result) return failed('lost', lostText(failure))
  if (result.outcome === 'timeout') return failed('timeout', 'the verifier took too long')
  if (result.outcome === 'failed')
    return failed(
      'failed',
      trouble ? whatHappened(trouble) : withoutAddresses(result.error ?? 'the verifier failed'),
    )
  const report = verifierReport.safeParse(result.structured).data
  if (!report) return failed('failed', 'the verifier gave no structured findings')
  return {
    ...facts,
    outcome: 'done',
    criteria: findingsFor(worker, n, report),
    remarks: report.remarks,
  }
}

/** The budget of sandbox time left nothing for the verification of a leg. */
export const withoutTime = (worker: Worker, n: number, at: string): Verification => ({
  verifier: verifierId(worker.workerId, n),
  outcome: 'failed',
  problem: 'the budget of sandbox time leaves no time for it',
  at,
  criteria: [],
  remarks: [],
})

function lostText({ Error: error }: LegFailure): string {
  const silent = error === 'States.Timeout' || error === 'States.HeartbeatTimeout'
  return silent ? 'the verifier stopped responding' : failureText(error)
}

/**
 * Returns one finding for each criterion, in their order. What the verifier does not mention is unverifiable, and so is
 * what it calls met without showing anything. A file shows something only if the verifier had it.
 */
function findingsFor(
  worker: Worker,
  n: number,
  { criteria }: VerifierReport,
): Verification['criteria'] {
  const files = artifactsOfLeg(worker, n).map(({ name }) => name)
  return criteriaOf(worker).map(({ id }) => {
    const found = criteria.find((finding) => finding.id === id)
    if (!found)
      return { id, status: 'unverifiable', procedure: 'The verifier does not mention it.' }
    const { excerpt, artifact } = found
    const shows = excerpt !== undefined || (artifact !== undefined && files.includes(artifact))
    const finding = boundedFinding(found)
    return found.status === 'met' && !shows ? { ...finding, status: 'unverifiable' } : finding
  })
}
