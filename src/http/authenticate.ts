/** Authenticates callers: the operator or a reader by a bearer token, or a sandbox by its job token. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { logger } from '../adapters/logger.ts'
import { rereadSecret, secret } from '../adapters/secrets.ts'
import { type JobClaims, verifyJobToken } from '../core/job-token.ts'
import { idsOfJob } from '../core/log-ids.ts'
import { Problem } from './problem.ts'

/** Returns the token in `Authorization: Bearer …` (RFC 6750), or undefined. */
export const bearer = (authorization: string | undefined) =>
  /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(authorization ?? '')?.[1]

/** Compares hashes, so that the time it takes reveals neither content nor length. */
const same = (a: string, b: string) =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())

const BEARERS = ['API_TOKEN_SECRET', 'READ_TOKEN_SECRET'] as const
type Bearer = 'operator' | 'reader'
const WHO = { API_TOKEN_SECRET: 'operator', READ_TOKEN_SECRET: 'reader' } as const

/** Returns whose token it is. Throws 401 for any other token. A rotated token works after ten seconds at the latest. */
export async function bearerOf(authorization: string | undefined): Promise<Bearer> {
  const token = bearer(authorization)
  if (!token)
    throw new Problem(401, 'This route needs the header "Authorization: Bearer <operator token>".')
  for (const name of BEARERS) if (same(token, await secret(name))) return WHO[name]
  for (const name of BEARERS) {
    const rotated = await rereadSecret(name)
    if (rotated !== undefined && same(token, rotated)) return WHO[name]
  }
  throw new Problem(
    401,
    'The bearer token does not belong to this deployment, or is that of a link, which only shows its session.',
  )
}

/** Accepts the operator token and the read-only token. Throws 401 for anything else. */
export const requireReader = async (authorization: string | undefined): Promise<void> => {
  await bearerOf(authorization)
}

/** Accepts only the operator token. Throws 403 for the read-only token, and 401 for anything else. */
export async function requireOperator(authorization: string | undefined): Promise<void> {
  if ((await bearerOf(authorization)) === 'operator') return
  throw new Problem(403, 'This route needs the operator token; the read-only token is not enough.')
}

/**
 * Returns the claims of a valid job token and adds their ids to the log. Throws 403 otherwise, also for a model gateway
 * key, because every command in the sandbox can see that.
 */
export async function requireJob(authorization: string | undefined): Promise<JobClaims> {
  const token = bearer(authorization)
  const claims = token && verifyJobToken(token, await secret('JOB_KEY_SECRET'), Date.now())
  if (!claims || claims.use !== undefined)
    throw new Problem(
      403,
      'This route is for sandboxes. The job token is missing, forged or expired.',
    )
  logger.appendKeys(idsOfJob(claims))
  return claims
}
