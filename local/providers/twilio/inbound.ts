/** The form that Twilio posts for an SMS or MMS that came in. */
import type { OptOutType } from './keywords.ts'
import { type SmsMessage, segments } from './message.ts'
import type { Fields } from './signature.ts'

export interface Media {
  /** Such as `image/png`. */
  readonly type: string
  readonly content: Buffer
}

interface Extra {
  readonly accountSid: string
  /** Of the message's media, in their order. */
  readonly mediaTypes: readonly string[]
  readonly optOutType: OptOutType | undefined
}

/** All fields of https://www.twilio.com/docs/messaging/guides/webhook-request; `OptOutType` only where it is given. */
export function inboundFields(
  { sid, from, to, body, media: urls }: SmsMessage,
  { accountSid, mediaTypes, optOutType }: Extra,
): Fields {
  const files = urls.flatMap((url, n) => [
    [`MediaUrl${n}`, url] as const,
    [`MediaContentType${n}`, mediaTypes[n] ?? ''] as const,
  ])
  return {
    ToCountry: 'US',
    ToState: '',
    SmsMessageSid: sid,
    NumMedia: String(urls.length),
    ToCity: '',
    FromZip: '',
    SmsSid: sid,
    FromState: '',
    SmsStatus: 'received',
    FromCity: '',
    Body: body,
    FromCountry: 'US',
    To: to,
    ToZip: '',
    NumSegments: String(segments(body)),
    MessageSid: sid,
    AccountSid: accountSid,
    From: from,
    ApiVersion: '2010-04-01',
    ...(optOutType && { OptOutType: optOutType }),
    ...Object.fromEntries(files),
  }
}
