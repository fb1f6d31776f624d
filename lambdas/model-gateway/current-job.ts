/** The job that a request's key belongs to, with everything that decides on the request. */
import { env } from '../../src/adapters/environment.ts'
import { type JobItems, readJobItems } from '../../src/adapters/spending.ts'
import type { JobClaims } from '../../src/core/job-token.ts'
import { isCurrentLegJob } from '../../src/core/leg.ts'
import type { Session } from '../../src/core/session.ts'
import { dateOf } from '../../src/core/tally.ts'
import { isCurrentJob } from '../../src/protocol/job.ts'
import { ApiError } from './api-error.ts'
import { withSenderTotal } from './shared-budgets.ts'

export interface CurrentJob extends Pick<JobItems, 'ledger' | 'totals'> {
  readonly session: Session
  /** Whether the job leaves what is held back for verification. */
  readonly holdsBack: boolean
}

/** Takes one request, and one more if senders have a budget in dollars. Throws ApiError 401 if the job is not the current one. */
export async function readCurrentJob(claims: JobClaims): Promise<CurrentJob> {
  const { session: sessionId, worker: workerId, leg, job } = claims
  const { session, worker, ledger, totals } = await readJobItems(
    { sessionId, workerId },
    { date: dateOf(Date.now()), day: env('BUDGETS').day.usd !== undefined },
  )
  const current =
    workerId === undefined
      ? session?.run.open && isCurrentJob(session, job)
      : worker && isCurrentLegJob(worker, leg, job)
  if (!session || !current) throw new ApiError(401, 'Baton: the job of this key is over.')
  const holdsBack =
    worker?.verifies === undefined && worker?.legs.at(-1)?.verifySeconds !== undefined
  return { session, holdsBack, ledger, totals: await withSenderTotal(session, totals) }
}
