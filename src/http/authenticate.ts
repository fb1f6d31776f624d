/** Authenticates callers: operators and readers by bearer tokens, sandboxes by job tokens. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { logger } from '../adapters/logger.ts'
import { findToken } from '../adapters/tokens.ts'
import { verifyKnown, verifyLatest, verifyWith } from '../adapters/verify-with.ts'
import { type BearerAccess, SECRET_TOKENS } from '../core/bearer-token.ts'
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

/** Who calls: a named token, or one of the two in secrets. */
export interface Caller {
  readonly name: string
  readonly access: BearerAccess
}

const OF_SECRET: Readonly<Record<(typeof BEARERS)[number], Caller>> = {
  API_TOKEN_SECRET: { name: SECRET_TOKENS[0], access: 'operator' },
  READ_TOKEN_SECRET: { name: SECRET_TOKENS[1], access: 'reader' },
}

/**
 * Returns whose token it is, and adds its name to the log. Throws 401 for any other token. A new token works after ten
 * seconds at the latest.
 */
export async function bearerOf(authorization: string | undefined): Promise<Caller> {
  const token = bearer(authorization)
  if (!token)
    throw new Problem(401, 'This route needs the header "Authorization: Bearer <operator token>".')
  const caller =
    (await inSecrets(token, verifyKnown)) ??
    (await findToken(token)) ??
    (await inSecrets(token, verifyLatest))
  if (!caller)
    throw new Problem(
      401,
      'The bearer token does not belong to this deployment, was revoked or has expired, or is that of a link, which only shows its session.',
    )
  const { name, access } = caller
  logger.appendKeys({ caller: name })
  return { name, access }
}

/** Both before either is read again, because that costs. */
async function inSecrets(token: string, verify: typeof verifyWith): Promise<Caller | undefined> {
  for (const name of BEARERS) {
    const isIt = (value: string) => same(token, value) || undefined
    if (await verify(name, isIt)) return OF_SECRET[name]
  }
  return undefined
}

/** Accepts tokens of operators and of readers. Throws 401 for anything else. */
export const requireReader = async (authorization: string | undefined): Promise<void> => {
  await bearerOf(authorization)
}

/** Accepts only tokens of operators. Throws 403 for one of a reader, and 401 for anything else. */
export async function requireOperator(authorization: string | undefined): Promise<void> {
  if ((await bearerOf(authorization)).access === 'operator') return
  throw new Problem(403, 'This route needs the operator token; the read-only token is not enough.')
}

/**
 * Returns the claims of a valid job token and adds their ids to the log. Throws 403 otherwise, also for a model gateway
 * key, because every command in the sandbox can see that.
 */
export async function requireJob(authorization: string | undefined): Promise<JobClaims> {
  const token = bearer(authorization)
  const claims =
    token && (await verifyWith('JOB_KEY_SECRET', (key) => verifyJobToken(token, key, Date.now())))
  if (!claims || claims.use !== undefined)
    throw new Problem(
      403,
      'This route is for sandboxes. The job token is missing, forged or expired.',
    )
  logger.appendKeys(idsOfJob(claims))
  return claims
}
