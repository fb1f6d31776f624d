/** Parses an SMS that Twilio posts, and detects words that Twilio answers itself. */
import * as z from 'zod'
import type { UrlEncodedForm } from './form.ts'

/** A signed form that is not a valid SMS. The message names fields, never their values. */
export class UnreadableSms extends Error {
  override readonly name = 'UnreadableSms'
}

const fields = z.object({
  MessageSid: z.string().regex(/^[SM]M[0-9A-Za-z]{32}$/),
  AccountSid: z.string().regex(/^AC[0-9A-Za-z]{32}$/),
  /** Present if the recipient is a number of a Messaging Service. */
  MessagingServiceSid: z.string().optional(),
  From: z.string().min(1).max(256),
  To: z.string().min(1).max(256),
  /** Empty if only pictures were sent. */
  Body: z.string().default(''),
  NumMedia: z
    .string()
    .regex(/^\d{1,2}$/)
    .default('0'),
  /** Present only with Advanced Opt-Out. */
  OptOutType: z.string().optional(),
})

export interface Media {
  /** At Twilio's API; reading it needs the account's credentials. */
  readonly url: string
  /** The media type from Twilio, such as `image/jpeg`. */
  readonly type: string
}

export interface InboundSms {
  /** Stays the same if Twilio posts this SMS again. */
  readonly messageSid: string
  readonly accountSid: string
  readonly messagingServiceSid?: string
  /** E.164, a short code, a name, or another channel's address such as `whatsapp:+15550100`. */
  readonly from: string
  readonly to: string
  readonly body: string
  readonly media: readonly Media[]
  /** STOP, START or HELP, if Twilio reports one. */
  readonly optOutType?: string
}

/**
 * Parses a form whose signature was verified.
 * https://www.twilio.com/docs/messaging/guides/webhook-request
 * @throws UnreadableSms if a field is missing, malformed, or has two values, because the signature does not cover their
 * order.
 */
export function readSms(form: UrlEncodedForm): InboundSms {
  const parsed = fields.safeParse({
    MessageSid: only(form, 'MessageSid'),
    AccountSid: only(form, 'AccountSid'),
    MessagingServiceSid: only(form, 'MessagingServiceSid') || undefined,
    From: only(form, 'From'),
    To: only(form, 'To'),
    Body: only(form, 'Body'),
    NumMedia: only(form, 'NumMedia'),
    // It may be empty.
    OptOutType: only(form, 'OptOutType') || undefined,
  })
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.'))
    throw new UnreadableSms(`Missing or malformed fields: ${[...new Set(names)].join(', ')}.`)
  }
  const { MessageSid, AccountSid, MessagingServiceSid, From, To, Body, NumMedia, OptOutType } =
    parsed.data
  return {
    messageSid: MessageSid,
    accountSid: AccountSid,
    ...(MessagingServiceSid !== undefined && { messagingServiceSid: MessagingServiceSid }),
    from: From,
    to: To,
    body: Body,
    media: Array.from({ length: Number(NumMedia) }, (_, index) => mediaOf(form, index)).flat(),
    ...(OptOutType !== undefined && { optOutType: OptOutType }),
  }
}

/** Returns the only value of a field, or undefined if it is missing. Throws if it has several values. */
function only(form: UrlEncodedForm, name: string): string | undefined {
  const [value, ...others] = new Set(form.get(name))
  if (others.length > 0) throw new UnreadableSms(`More than one value: ${name}.`)
  return value
}

/** Skips a missing medium, so that the text of the SMS is not lost. */
function mediaOf(form: UrlEncodedForm, index: number): readonly Media[] {
  const url = only(form, `MediaUrl${index}`)
  if (url === undefined || !URL.canParse(url)) return []
  return [{ url, type: only(form, `MediaContentType${index}`) || 'application/octet-stream' }]
}

/**
 * The words that Twilio answers itself on a long code. YES is left out, because people use it to answer questions, and
 * it only opts people back in.
 * https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
 */
const OPT_OUT_WORDS = new Set([
  'STOP',
  'UNSUBSCRIBE',
  'END',
  'QUIT',
  'STOPALL',
  'REVOKE',
  'OPTOUT',
  'CANCEL',
  'START',
  'UNSTOP',
  'HELP',
  'INFO',
])

/**
 * Returns whether Twilio answers this SMS itself, so that Baton must not: Twilio says so, or the body is one of its
 * words.
 */
export const isOptOut = ({ optOutType, body }: Pick<InboundSms, 'optOutType' | 'body'>): boolean =>
  optOutType !== undefined || OPT_OUT_WORDS.has(body.trim().toUpperCase())

/** Returns the text for the conductor: the body, then one line for each medium. */
export const smsText = ({ body, media }: Pick<InboundSms, 'body' | 'media'>): string =>
  [...(body === '' ? [] : [body]), ...media.map(({ url, type }) => `[media] ${type} ${url}`)].join(
    '\n',
  )
