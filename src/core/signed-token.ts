/** Signed tokens: `<claims as base64url JSON>.<HMAC-SHA256>`. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** `purpose` tells apart what one key signs for several purposes. */
const mac = (payload: string, key: string, purpose: string) =>
  createHmac('sha256', key).update(`${purpose}${payload}`).digest('base64url')

/** Returns a token with these claims. */
export function signToken(claims: object, key: string, purpose = ''): string {
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${payload}.${mac(payload, key, purpose)}`
}

/** Returns the claims of a token, or undefined if it is not signed with `key` for this purpose. */
export function signedClaims(token: string, key: string, purpose = ''): unknown {
  const [payload = '', signature = '', ...more] = token.split('.')
  const expected = Buffer.from(mac(payload, key, purpose))
  const given = Buffer.from(signature)
  if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected))
    return undefined
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}
