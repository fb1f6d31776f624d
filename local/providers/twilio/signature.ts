/** Twilio's signature of a form it posts: https://www.twilio.com/docs/usage/security */
import { createHmac } from 'node:crypto'

/** The fields of a form; Twilio never repeats one. */
export type Fields = Readonly<Record<string, string>>

/** Returns the signed part of a URL as it was configured, without the fragment and without `user:password@`. */
export const signedUrl = (url: string): string =>
  url.replace(/#.*$/s, '').replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?]*@/i, '$1')

/**
 * Returns the value of `X-Twilio-Signature`: base64 of HMAC-SHA1, keyed with the account's Auth Token, over the
 * URL followed by each name with its value, sorted by the names' bytes, without separators.
 */
export function signatureOf(authToken: string, url: string, fields: Fields): string {
  const inOrder = Object.keys(fields).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const signed = signedUrl(url) + inOrder.map((name) => name + fields[name]).join('')
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64')
}
