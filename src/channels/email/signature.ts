/** Whether a post to the mail webhook was signed by SendGrid. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'

/** The public key that we were given is none: a fault of ours, for which no mail may be refused. */
export class UnusableKey extends Error {
  override readonly name = 'UnusableKey'
}

/**
 * Whether `signature` (ECDSA over P-256 and SHA-256, DER in base64) is one of the bytes of `timestamp` and `raw`, as they
 * came over the wire. Says nothing about the timestamp's age: a mail that was not taken is posted again for 72 hours, and
 * whether under a new timestamp is not documented.
 *
 * @param publicKey the SubjectPublicKeyInfo (RFC 5480) in base64, as SendGrid shows it
 * @throws {UnusableKey} also when nothing is signed, since a wrong key says nothing about the post
 */
export function verifyPost(
  raw: Buffer,
  headers: { readonly signature?: string | undefined; readonly timestamp?: string | undefined },
  publicKey: string,
): boolean {
  const key = readKey(publicKey)
  const { signature = '', timestamp = '' } = headers
  const der = Buffer.from(signature, 'base64')
  // Node passes over what is no base64, so that many texts would be the same signature.
  if (!timestamp || der.toString('base64') !== signature) return false
  return verify('sha256', Buffer.concat([Buffer.from(timestamp), raw]), key, der)
}

function readKey(publicKey: string): KeyObject {
  let key: KeyObject
  try {
    key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
  } catch (cause) {
    throw new UnusableKey('The public key of the mail webhook cannot be read.', { cause })
  }
  // A key of another kind can be read, and would refuse every mail.
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new UnusableKey('The public key of the mail webhook is none of the curve P-256.')
  return key
}
