/** How a runner is started: where it calls back, and the one token that lets it. */

import { env } from '../adapters/environment.ts'
import { secret } from '../adapters/secrets.ts'
import type { LaunchEnv } from '../contract/runner.ts'
import { type JobClaims, signJobToken } from '../core/job-token.ts'

/** The result may come a little after the time limit; then the token is dead. */
const MARGIN_SECONDS = 10 * 60

/** `seconds`: the job's time limit. */
export async function runnerEnvironment(
  claims: Omit<JobClaims, 'expires'>,
  seconds: number,
): Promise<LaunchEnv> {
  const expires = Math.floor(Date.now() / 1000) + seconds + MARGIN_SECONDS
  return {
    BATON_CALLBACK: `${env('CALLBACK_URL')}/api/webhooks/sandbox`,
    BATON_JOB_TOKEN: signJobToken({ ...claims, expires }, await secret('JOB_KEY_SECRET')),
    BATON_JOB: String(claims.job),
  }
}
