/** Signed file links: their holder may make that one transfer without a token. */
import { createHash } from 'node:crypto'
import { sameSecret } from './same-secret.ts'

/**
 * Whether the query of `url` carries the signature that `token` makes for `method`.
 *
 * The format is the SDK's: `v1_` and the unpadded Base64 SHA-256 of `path:operation:user:token[:expiration]`, the
 * expiration in seconds since the epoch.
 */
export function isSignedBy(token: string, url: URL, method: string | undefined): boolean {
  const query = url.searchParams
  const expiration = query.get('signature_expiration')
  const operation = method === 'GET' ? 'read' : 'write'
  const parts = [query.get('path') ?? '', operation, query.get('username') ?? '', token]
  if (expiration !== null) parts.push(expiration)
  const hash = createHash('sha256').update(parts.join(':')).digest('base64')
  return sameSecret(query.get('signature'), `v1_${hash.replace(/=+$/, '')}`)
}

/** Whether a signed link has expired at `now`, in milliseconds since the epoch. */
export function isExpired(url: URL, now: number): boolean {
  const expiration = url.searchParams.get('signature_expiration')
  return expiration !== null && !(Number(expiration) * 1000 >= now)
}
