/** Decides who may use the model: only a current job, while no budget of its session is used up. */
import { randomUUID } from 'node:crypto'
import { env } from '../../src/adapters/environment.ts'
import { changeLedger } from '../../src/adapters/ledgers.ts'
import { secret } from '../../src/adapters/secrets.ts'
import { readSession } from '../../src/adapters/sessions.ts'
import { post } from '../../src/adapters/totals.ts'
import { readWorker } from '../../src/adapters/workers.ts'
import { budgetCheck, senderOf } from '../../src/core/budget-check.ts'
import { type JobClaims, verifyJobToken } from '../../src/core/job-token.ts'
import { admit, jobName, settle } from '../../src/core/ledger.ts'
import { isCurrentLegJob } from '../../src/core/leg.ts'
import { overText } from '../../src/core/receipt.ts'
import type { Session } from '../../src/core/session.ts'
import type { Tally } from '../../src/core/tally.ts'
import { bearer } from '../../src/http/authenticate.ts'
import { isCurrentJob } from '../../src/protocol/job.ts'
import { sharedTotals } from '../../src/use-cases/load-budget-check.ts'
import { ApiError } from './api-error.ts'

export interface Admitted {
  /** Counts the response's usage once, and posts it to the totals for budgets. */
  settle(used: Tally): Promise<void>
}

/** Returns the job of a key. Throws ApiError 401 if the key is missing, forged, expired, or not for the gateway. */
export async function jobOf(headers: Readonly<Record<string, string | undefined>>) {
  const key = headers['x-api-key'] ?? bearer(headers.authorization)
  const claims = verifyJobToken(key ?? '', await secret('JOB_KEY_SECRET'), Date.now())
  if (claims?.use !== 'model')
    throw new ApiError(401, 'Baton: this key belongs to no job, or has expired.')
  return claims
}

/** Returns the session of a job. Throws ApiError 401 if the job is no longer the current one. */
export async function sessionOf(claims: JobClaims): Promise<Session> {
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
  return session
}

/**
 * Admits a request and records it as under way. Throws ApiError 403 if a budget is used up, or 429 if the job has too
 * many.
 */
export async function admitJob(claims: JobClaims, session: Session): Promise<Admitted> {
  const { sessionId } = session
  const id = randomUUID()
  const now = Date.now()
  const budgets = env('BUDGETS')
  const shared = await sharedTotals(session)
  const { output } = await changeLedger(sessionId, (ledger) =>
    admit(ledger, { id, job: jobName(claims), now }, (models) =>
      budgetCheck(budgets, { models, ...shared }, now).over(session, ['usd']),
    ),
  )
  if (output === 'busy')
    throw new ApiError(429, 'Baton: this job has too many requests in progress. Please wait.')
  if (output !== 'admitted')
    throw new ApiError(403, `Baton: ${overText(output)} The run pauses here and keeps its work.`)
  return {
    async settle(used) {
      const { item } = await changeLedger(sessionId, (ledger) =>
        settle(ledger, id, used, Date.now()),
      )
      await post({ sessionId, sender: senderOf(session), source: 'ledger', days: item.days })
    },
  }
}
