/** Signed file links: who was given one may do that one transfer without a token. */
import { createHash } from 'node:crypto'
import { sameSecret } from './same-secret.ts'

/**
 * Whether the query of `url` carries a valid signature made with `token` for `method`.
 *
 * The form is the SDK's own: `v1_` and the unpadded Base64 SHA-256 of
 * `path:operation:user:token[:expiration]`, the expiration in seconds since the epoch.
 */
export function isSigned(
  url: URL,
  method: string | undefined,
  token: string,
  now: number,
): boolean {
  const query = url.searchParams
  const expiration = query.get('signature_expiration')
  if (expiration && !(Number(expiration) * 1000 >= now)) return false
  const operation = method === 'GET' ? 'read' : 'write'
  const parts = [query.get('path') ?? '', operation, query.get('username') ?? '', token]
  if (expiration) parts.push(expiration)
  const hash = createHash('sha256').update(parts.join(':')).digest('base64')
  return sameSecret(query.get('signature'), `v1_${hash.replace(/=+$/, '')}`)
}
