/** Who is asking: the operator or a reader with a bearer token, or a sandbox with its job token. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { logger } from '../adapters/logger.ts'
import { rereadSecret, secret } from '../adapters/secrets.ts'
import { type JobClaims, verifyJobToken } from '../core/job-token.ts'
import { idsOfJob } from '../core/log-ids.ts'
import { Problem } from './problem.ts'

/** The credentials of `Authorization: Bearer …` (RFC 6750), or nothing. */
export const bearer = (authorization: string | undefined) =>
  /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(authorization ?? '')?.[1]

/** Compared by hash, so that neither content nor length shows in the time it takes. */
const same = (a: string, b: string) =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())

const BEARERS = ['API_TOKEN_SECRET', 'READ_TOKEN_SECRET'] as const
type Bearer = 'operator' | 'reader'
const WHO = { API_TOKEN_SECRET: 'operator', READ_TOKEN_SECRET: 'reader' } as const

/** Throws 401 unless one of the two tokens is there; a rotated token is known at the latest ten seconds later. */
async function bearerOf(authorization: string | undefined): Promise<Bearer> {
  const token = bearer(authorization)
  if (!token)
    throw new Problem(401, 'This route needs the header "Authorization: Bearer <operator token>".')
  for (const name of BEARERS) if (same(token, await secret(name))) return WHO[name]
  for (const name of BEARERS) {
    const rotated = await rereadSecret(name)
    if (rotated !== undefined && same(token, rotated)) return WHO[name]
  }
  throw new Problem(401, 'The bearer token is no token of this deployment.')
}

/** Whoever may read: the operator, or who has the read-only token. Throws 401. */
export const requireReader = async (authorization: string | undefined): Promise<void> => {
  await bearerOf(authorization)
}

/** The operator alone. Throws 401, and 403 for the read-only token. */
export async function requireOperator(authorization: string | undefined): Promise<void> {
  if ((await bearerOf(authorization)) === 'operator') return
  throw new Problem(403, 'The read-only token reads; this route needs the operator token.')
}

/** The claims of a valid job token, whose ids then stand in the log; otherwise throws 403. The key for the model's gateway is none: every command sees it. */
export async function requireJob(authorization: string | undefined): Promise<JobClaims> {
  const token = bearer(authorization)
  const claims = token && verifyJobToken(token, await secret('JOB_KEY_SECRET'), Date.now())
  if (!claims || claims.use !== undefined)
    throw new Problem(
      403,
      'This route is for sandboxes: the job token is missing, forged or expired.',
    )
  logger.appendKeys(idsOfJob(claims))
  return claims
}
