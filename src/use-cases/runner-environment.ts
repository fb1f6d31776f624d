/** Builds the environment that starts a runner in any sandbox: the callback's URL and its job token. */

import { env } from '../adapters/environment.ts'
import { secret } from '../adapters/secrets.ts'
import type { LaunchEnv } from '../contract/runner.ts'
import { type JobClaims, signJobToken } from '../core/job-token.ts'

/** The token lives a little longer than the time limit, because the result may come late. */
const MARGIN_SECONDS = 10 * 60

/** `seconds` is the job's time limit. */
export async function runnerEnvironment(
  claims: Omit<JobClaims, 'expires'>,
  seconds: number,
): Promise<Omit<LaunchEnv, 'BATON_SANDBOX'>> {
  const expires = Math.floor(Date.now() / 1000) + seconds + MARGIN_SECONDS
  return {
    BATON_CALLBACK: `${env('CALLBACK_URL')}/api/webhooks/sandbox`,
    BATON_JOB_TOKEN: signJobToken({ ...claims, expires }, await secret('JOB_KEY_SECRET')),
    BATON_JOB: String(claims.job),
  }
}
