/** One SMS or MMS of the Twilio emulator, and its JSON in the API. */
import { randomBytes } from 'node:crypto'
import { SegmentedMessage } from 'sms-segments-calculator'

export type MessageStatus =
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'undelivered'
  | 'failed'
  | 'received'

export interface SmsMessage {
  readonly sid: string
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-reply'
  readonly from: string
  readonly to: string
  readonly body: string
  /** URLs of an MMS's media. */
  readonly media: readonly string[]
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Its position among the messages of both providers. */
  readonly arrival: number
  /** The Messaging Service that sent it. */
  readonly serviceSid?: string | undefined
  readonly statusCallback?: string | undefined
  status: MessageStatus
}

/** Returns a new id: `SM` for an SMS, `MM` for an MMS, `ME` for a media file. */
export const newSid = (kind: 'SM' | 'MM' | 'ME') => kind + randomBytes(16).toString('hex')

/** Returns the number of segments; an empty body has one. */
export const segments = (body: string) => new SegmentedMessage(body).segmentsCount

/** The error code of a message that was not delivered: the handset was not reached. */
export const errorCodeOf = (status: MessageStatus) =>
  status === 'undelivered' || status === 'failed' ? 30003 : null

/** RFC 2822, in GMT: `Fri, 24 May 2019 17:44:46 +0000`. */
const rfc2822Date = (at: number) => new Date(at).toUTCString().replace('GMT', '+0000')

/** The Message resource; counts are strings: https://www.twilio.com/docs/messaging/api/message-resource */
export function messageJson(message: SmsMessage, accountSid: string) {
  const { sid, direction, from, to, body, media, at, status } = message
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${sid}`
  const code = errorCodeOf(status)
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    body,
    date_created: rfc2822Date(at),
    date_sent: status === 'queued' ? null : rfc2822Date(at),
    date_updated: rfc2822Date(at),
    direction,
    error_code: code,
    error_message: code && 'Unreachable destination handset',
    from,
    messaging_service_sid: message.serviceSid ?? null,
    num_media: String(media.length),
    num_segments: String(segments(body)),
    price: null,
    price_unit: 'USD',
    sid,
    status,
    subresource_uris: { media: `${uri}/Media.json` },
    to,
    uri: `${uri}.json`,
  }
}
