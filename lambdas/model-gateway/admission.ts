/** Decides who may use the model: only a current job, and only for what the budgets of its session still afford. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { env } from '../../src/adapters/environment.ts'
import { changeLedger, settleRequest } from '../../src/adapters/ledgers.ts'
import { logger } from '../../src/adapters/logger.ts'
import { verifyWith } from '../../src/adapters/verify-with.ts'
import { type Admitted, admit } from '../../src/core/admission.ts'
import { sharedLimits } from '../../src/core/budget.ts'
import { budgetCheck } from '../../src/core/budget-check.ts'
import { type JobClaims, verifyJobToken } from '../../src/core/job-token.ts'
import { type Lease, releaseSurplus } from '../../src/core/lease.ts'
import { countSettled, jobName, type Ledger, settle } from '../../src/core/ledger.ts'
import { overText } from '../../src/core/receipt.ts'
import type { Ask, ReadRequest } from '../../src/core/reservation.ts'
import type { Session } from '../../src/core/session.ts'
import { add, dateOf, type Tally } from '../../src/core/tally.ts'
import { transition } from '../../src/core/transition.ts'
import { bearer } from '../../src/http/authenticate.ts'
import { ApiError, NO_RETRY } from './api-error.ts'
import { type CurrentJob, readCurrentJob } from './current-job.ts'
import { collectShared, fitsTogether, postClaim, postSettled } from './shared-budgets.ts'

export interface Admission {
  /** How long the answer may be, in tokens. */
  readonly maxTokens: number
  /** Counts the response's usage once and ends the reservation. */
  settle(used: Tally, how?: HowItEnded): Promise<void>
}

interface HowItEnded {
  /** The model answered to the end. */
  readonly isAnswer?: boolean
  /** The client did not wait for the end, so the run may have closed. */
  readonly isLeft?: boolean
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

/** Everything is read again each time, because the session may be stopped, or its budget raised. */
async function tryToAdmit(
  claims: JobClaims,
  id: string,
  ask: Ask,
): Promise<Admission | 'count' | 'later'> {
  const job = await readCurrentJob(claims)
  const { session } = job
  const now = Date.now()
  const limits = sharedLimits(env('BUDGETS'))
  const decide = (ledger: Ledger, { totals }: Pick<CurrentJob, 'totals'>) =>
    decideOn(ledger, { claims, id, ask, now, job: { ...job, totals }, isShared: limits.usd })
  // Those who do not fit by what is known of other sessions look closer.
  const fits = isAdmitted(decide(countSettled(job.ledger), job).output)
  const totals = fits || !limits.usd ? job.totals : await collectShared(session, job.ledger)
  const { item, output } = await changeLedger(
    session.sessionId,
    (ledger) => decide(ledger, { totals }),
    job.ledger,
  )
  if (output === 'count' || output === 'later') return output
  if (!isAdmitted(output)) throw refusal(output)
  const admission = (lease?: Lease) => admissionOf(session, id, output.maxTokens, lease)
  if (!output.claims) return admission()
  try {
    if (fitsTogether(session, await postClaim(session, item), now))
      return admission({ ...leaseOf(item, now), run: session.run.id })
  } catch (error) {
    // Nothing is sent, so nothing may stay reserved: later it would count as spent.
    await giveBack(session, id).catch((failed: unknown) => logger.warn('not released', { failed }))
    throw error
  }
  await giveBack(session, id)
  return 'later'
}

interface Decision {
  readonly claims: JobClaims
  readonly id: string
  readonly ask: Ask
  /** ms since the epoch. */
  readonly now: number
  readonly job: Pick<CurrentJob, 'session' | 'holdsBack' | 'totals'>
  /** Whether budgets of all sessions together are in dollars. */
  readonly isShared: boolean
}

const decideOn = (
  ledger: Ledger,
  { claims, id, ask, now, job: { session, holdsBack, totals }, isShared }: Decision,
) =>
  admit(
    ledger,
    { id, job: jobName(claims), run: session.run.id, now, ask, claims: isShared },
    (models, surplus) => {
      // The totals have it as reserved, but it is the session's own.
      const own = (total: Tally): Tally => add(total, { releasedNanoUsd: surplus })
      const spent = { models, day: own(totals.day), sender: own(totals.sender) }
      return budgetCheck(env('BUDGETS'), spent, now).usdRoom(session, { holdsBack })
    },
  )

type Granted = Extract<Admitted, { readonly maxTokens: number }>

const isAdmitted = (output: Admitted): output is Granted =>
  typeof output === 'object' && 'maxTokens' in output

function refusal(output: Exclude<Admitted, Granted | 'count' | 'later'>): ApiError {
  if (output === 'busy')
    return new ApiError(429, 'Baton: this job has too many requests in progress. Please wait.')
  if (output === 'given up')
    return new ApiError(503, 'Baton: the model does not answer.', { headers: NO_RETRY })
  return new ApiError(
    402,
    `Baton: ${overText(output.over)} The run pauses here and keeps its work.`,
  )
}

const leaseOf = ({ days }: Ledger, now: number): Pick<Lease, 'date' | 'reservedNanoUsd'> => {
  const date = dateOf(now)
  const { reservedNanoUsd = 0 } = days.find((day) => day.date === date)?.tally ?? {}
  return { date, reservedNanoUsd }
}

/** Gives back what a request has claimed that is not sent. */
async function giveBack({ sessionId }: Session, id: string): Promise<void> {
  const now = Date.now()
  await changeLedger(sessionId, (ledger) =>
    transition(releaseSurplus(settle(ledger, id, {}, now).item, now), undefined),
  )
}

const admissionOf = (
  session: Session,
  id: string,
  maxTokens: number,
  lease: Lease | undefined,
): Admission => ({
  maxTokens,
  async settle(used, { isAnswer = false, isLeft = false } = {}) {
    const settled = { used, at: Date.now(), ...(isAnswer && { isAnswer }) }
    const ledger = await settleRequest(session.sessionId, id, settled, lease)
    await postSettled(session, { ledger, id, isLeft })
  },
})
