/** SendGrid's signature of a post to a webhook: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features */
import { generateKeyPairSync, sign } from 'node:crypto'

export interface Signing {
  /** As SendGrid shows it: base64 of the DER of the SubjectPublicKeyInfo, without PEM armour. */
  readonly publicKey: string
  /** Returns both headers for a body: ECDSA (P-256, SHA-256, DER) over the timestamp's text and the raw bytes. */
  headers(timestamp: string, body: Buffer): Record<string, string>
}

/** Creates a key pair, which is valid for this start only. */
export function newSigning(): Signing {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    headers: (timestamp, body) => ({
      'X-Twilio-Email-Event-Webhook-Signature': sign(
        'sha256',
        Buffer.concat([Buffer.from(timestamp), body]),
        privateKey,
      ).toString('base64'),
      'X-Twilio-Email-Event-Webhook-Timestamp': timestamp,
    }),
  }
}
