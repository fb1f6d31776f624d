/** Verifies that SendGrid signed a post to the email webhook. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'

/** The configured public key is invalid. That is our fault, so no email may be refused for it. */
export class UnusableKey extends Error {
  override readonly name = 'UnusableKey'
}

/**
 * Returns whether `signature` (ECDSA over P-256 and SHA-256, DER in base64) signs the bytes of `timestamp` and `raw`, as
 * received. The timestamp's age is not checked: SendGrid posts a refused email again for 72 hours, and its documentation
 * does not say whether the timestamp changes.
 *
 * @param publicKey the SubjectPublicKeyInfo (RFC 5480) in base64, as SendGrid shows it
 * @throws {UnusableKey} even if the post is not signed, because an invalid key says nothing about the post
 */
export function verifyPost(
  raw: Buffer,
  headers: { readonly signature?: string | undefined; readonly timestamp?: string | undefined },
  publicKey: string,
): boolean {
  const key = readKey(publicKey)
  const { signature = '', timestamp = '' } = headers
  const der = Buffer.from(signature, 'base64')
  // Node ignores characters that are not base64, so many texts would count as the same signature.
  if (!timestamp || der.toString('base64') !== signature) return false
  return verify('sha256', Buffer.concat([Buffer.from(timestamp), raw]), key, der)
}

function readKey(publicKey: string): KeyObject {
  let key: KeyObject
  try {
    key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
  } catch (cause) {
    throw new UnusableKey('The public key of the email webhook cannot be parsed.', { cause })
  }
  // A key of another kind can be parsed but would refuse every email.
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new UnusableKey('The public key of the email webhook is not on the curve P-256.')
  return key
}
