/** The form that Twilio posts for an incoming SMS or MMS. */
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
  readonly serviceSid: string | undefined
  /** Content types of the message's media, in order. */
  readonly mediaTypes: readonly string[]
  readonly optOutType: OptOutType | undefined
}

/** Returns all fields of https://www.twilio.com/docs/messaging/guides/webhook-request; `OptOutType` only if given. */
export function inboundFields(
  { sid, from, to, body, media: urls }: SmsMessage,
  { accountSid, serviceSid, mediaTypes, optOutType }: Extra,
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
    ...(serviceSid && { MessagingServiceSid: serviceSid }),
    ...(optOutType && { OptOutType: optOutType }),
    ...Object.fromEntries(files),
  }
}
