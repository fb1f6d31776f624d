/** Authenticates those who may read a session: the operator, a reader, or who has a link to it. */
import { logger } from '../adapters/logger.ts'
import { readSession } from '../adapters/sessions.ts'
import { verifyWith } from '../adapters/verify-with.ts'
import type { ShapeOf } from '../contract/api/index.ts'
import { LINK_CALLER } from '../core/bearer-token.ts'
import { isExpired, type LinkClaims, looksLikeLink, readLink } from '../core/session-link.ts'
import { bearer, bearerOf } from './authenticate.ts'
import { Problem } from './problem.ts'
import type { HttpEvent } from './request.ts'

/** Who reads, and what the link is for if it is one. */
type Viewer = ShapeOf<'Access'>

/**
 * Returns who reads. Throws 401 if the token is none of this deployment, or if the link has expired or its session was
 * deleted, and 403 if the link is for another session than that of the path.
 */
export async function requireViewer({ headers, pathParameters }: HttpEvent): Promise<Viewer> {
  const link = await linkIn(headers.authorization)
  if (!link) return bearerOf(headers.authorization)
  const { session, createdAt, expires } = link
  const expiresAt = new Date(expires * 1000).toISOString()
  if (isExpired(link, Date.now()))
    throw new Problem(401, `This link has expired on ${expiresAt}. Ask for a new one.`)
  const wanted = pathParameters?.sessionId
  if (wanted !== undefined && wanted !== session)
    throw new Problem(403, 'This link shows another conversation than this one.')
  if ((await readSession(session))?.createdAt !== createdAt)
    throw new Problem(401, 'This link no longer works: its conversation was deleted.')
  logger.appendKeys({ caller: LINK_CALLER })
  return { access: 'link', sessionId: session, expiresAt }
}

async function linkIn(authorization: string | undefined): Promise<LinkClaims | undefined> {
  const token = bearer(authorization)
  if (token === undefined || !looksLikeLink(token)) return undefined
  return verifyWith('LINK_KEY_SECRET', (key) => readLink(token, key))
}
