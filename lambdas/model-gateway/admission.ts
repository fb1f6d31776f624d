/** Decides who may use the model: only a current job, and only for what the budgets of its session still afford. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { env } from '../../src/adapters/environment.ts'
import { changeLedger } from '../../src/adapters/ledgers.ts'
import { logger } from '../../src/adapters/logger.ts'
import { readSession } from '../../src/adapters/sessions.ts'
import { post } from '../../src/adapters/totals.ts'
import { verifyWith } from '../../src/adapters/verify-with.ts'
import { readWorker } from '../../src/adapters/workers.ts'
import { admit } from '../../src/core/admission.ts'
import { budgetCheck, senderOf } from '../../src/core/budget-check.ts'
import { type JobClaims, verifyJobToken } from '../../src/core/job-token.ts'
import { jobName, type Ledger, settle } from '../../src/core/ledger.ts'
import { isCurrentLegJob } from '../../src/core/leg.ts'
import { overText } from '../../src/core/receipt.ts'
import type { Ask, ReadRequest } from '../../src/core/reservation.ts'
import type { Session } from '../../src/core/session.ts'
import type { Tally } from '../../src/core/tally.ts'
import { bearer } from '../../src/http/authenticate.ts'
import { isCurrentJob } from '../../src/protocol/job.ts'
import { sharedTotals } from '../../src/use-cases/load-budget-check.ts'
import { ApiError, NO_RETRY } from './api-error.ts'

export interface Admission {
  /** How long the answer may be, in tokens. */
  readonly maxTokens: number
  /**
   * Counts the response's usage once, releases the reservation, and posts both to the totals for budgets. `isAnswer` if the
   * model answered to the end.
   */
  settle(used: Tally, isAnswer?: boolean): Promise<void>
}

/** Returns the job of a key. Throws ApiError 401 if the key is missing, forged, expired, or not for the gateway. */
export async function jobOf(headers: Readonly<Record<string, string | undefined>>) {
  const key = headers['x-api-key'] ?? bearer(headers.authorization)
  const claims = await verifyWith('JOB_KEY_SECRET', (signed) =>
    verifyJobToken(key ?? '', signed, Date.now()),
  )
  if (claims?.use !== 'model')
    throw new ApiError(401, 'Baton: this key belongs to no job, or has expired.')
  return claims
}

/** Throws ApiError 401 if the job is no longer the current one. */
export const requireCurrent = async (claims: JobClaims): Promise<void> => {
  await currentOf(claims)
}

/** Returns the session of a job, and whether it leaves what is held back for verification. Throws in the same way. */
async function currentOf(claims: JobClaims): Promise<{ session: Session; holdsBack: boolean }> {
  const { session: sessionId, worker: workerId, leg, job } = claims
  const [session, worker] = await Promise.all([
    readSession(sessionId),
    workerId === undefined ? undefined : readWorker(sessionId, workerId),
  ])
  const current =
    workerId === undefined
      ? session?.run.open && isCurrentJob(session, job)
      : worker && isCurrentLegJob(worker, leg, job)
  if (!session || !current) throw new ApiError(401, 'Baton: the job of this key is over.')
  const holdsBack =
    worker?.verifies === undefined && worker?.legs.at(-1)?.verifySeconds !== undefined
  return { session, holdsBack }
}

/** How long a request waits for others to release what they reserved. Clients try again after that. */
const WAIT_MS = 45_000
const PAUSE_MS = { first: 250, longest: 4_000 }

/**
 * Admits a request and reserves what it may cost at most. Waits if that does not fit while other requests are under way.
 * Throws ApiError 402 if it does not fit into a budget, 429 if the job has too many requests or others take too long, and
 * 503 if the model did not answer the job's last requests. `countTokens` counts its prompt exactly, or returns undefined.
 */
export async function admitJob(
  claims: JobClaims,
  request: ReadRequest,
  countTokens: () => Promise<number | undefined>,
): Promise<Admission> {
  const id = randomUUID()
  const until = Date.now() + WAIT_MS
  let ask = request.ask()
  for (let pause = PAUSE_MS.first; ; pause = Math.min(pause * 2, PAUSE_MS.longest)) {
    const outcome = await tryToAdmit(claims, id, ask)
    if (typeof outcome === 'object') return outcome
    if (outcome === 'count') {
      ask = request.ask((await countTokens()) ?? 'unknown')
      continue
    }
    if (Date.now() + pause > until) {
      await changeLedger(claims.session, (ledger) => settle(ledger, id, {}, Date.now()))
      throw new ApiError(429, 'Baton: the budget is reserved for other requests. Please wait.')
    }
    await wait(Math.random() * pause)
  }
}

/** The session is read again each time, because it may be stopped, or its budget raised. */
async function tryToAdmit(
  claims: JobClaims,
  id: string,
  ask: Ask,
): Promise<Admission | 'count' | 'later'> {
  const { session, holdsBack } = await currentOf(claims)
  const shared = await sharedTotals(session)
  const now = Date.now()
  const run = session.run.id
  const { item, output } = await changeLedger(session.sessionId, (ledger) =>
    admit(ledger, { id, job: jobName(claims), run, now, ask }, (models) =>
      budgetCheck(env('BUDGETS'), { models, ...shared }, now).usdRoom(session, { holdsBack }),
    ),
  )
  if (output === 'count' || output === 'later') return output
  if (output === 'busy')
    throw new ApiError(429, 'Baton: this job has too many requests in progress. Please wait.')
  if (output === 'given up')
    throw new ApiError(503, 'Baton: the model does not answer.', { headers: NO_RETRY })
  if ('over' in output)
    throw new ApiError(
      402,
      `Baton: ${overText(output.over)} The run pauses here and keeps its work.`,
    )
  const admission = admissionOf(session, id, output.maxTokens)
  const { day, sender } = env('BUDGETS')
  if (day.usd === undefined && sender.usd === undefined) return admission
  try {
    await postLedger(session, item)
    if (await fitsTogether(session, now)) return admission
  } catch (error) {
    // Nothing is sent, so nothing may stay reserved: later it would count as spent.
    await admission.settle({}).catch((failed: unknown) => logger.warn('not released', { failed }))
    throw error
  }
  await admission.settle({})
  return 'later'
}

const admissionOf = (session: Session, id: string, maxTokens: number): Admission => ({
  maxTokens,
  async settle(used, isAnswer) {
    const { item } = await changeLedger(session.sessionId, (ledger) =>
      settle(ledger, id, used, Date.now(), isAnswer),
    )
    await postLedger(session, item)
  },
})

/**
 * Returns whether the day's budgets still hold, now that the reservation is posted. Other sessions reserve at the same
 * time, and the later of two sees both.
 */
async function fitsTogether(session: Session, now: number): Promise<boolean> {
  const shared = await sharedTotals(session)
  const { day, sender } = env('BUDGETS')
  const budgets = { run: {}, session: {}, day, sender }
  return budgetCheck(budgets, { models: {}, ...shared }, now).usdRoom(session).free >= 0
}

const postLedger = (session: Session, { days }: Ledger) =>
  post({
    sessionId: session.sessionId,
    sender: senderOf(session),
    source: 'ledger',
    days,
    forBudgets: true,
  })
