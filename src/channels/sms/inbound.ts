/** An SMS as Twilio posts it: what of it counts, what is said to the conductor, and when Twilio has answered already. */
import * as z from 'zod'
import type { UrlEncodedForm } from '../../http/form.ts'

/** A form that is signed and yet no SMS. Its message names fields, never their values. */
export class UnreadableSms extends Error {
  override readonly name = 'UnreadableSms'
}

const fields = z.object({
  MessageSid: z.string().regex(/^[SM]M[0-9A-Za-z]{32}$/),
  AccountSid: z.string().regex(/^AC[0-9A-Za-z]{32}$/),
  From: z.string().min(1).max(256),
  To: z.string().min(1).max(256),
  /** Empty where only pictures were sent. */
  Body: z.string().default(''),
  NumMedia: z
    .string()
    .regex(/^\d{1,2}$/)
    .default('0'),
  /** With Advanced Opt-Out only. */
  OptOutType: z.string().optional(),
})

export interface Media {
  /** Under Twilio's API, to be read with the account's credentials. */
  readonly url: string
  /** As Twilio names it, such as `image/jpeg`. */
  readonly type: string
}

export interface InboundSms {
  /** The same whenever Twilio posts this SMS again. */
  readonly messageSid: string
  readonly accountSid: string
  /** E.164, or a channel's address such as `whatsapp:+15550100`. */
  readonly from: string
  readonly to: string
  readonly body: string
  readonly media: readonly Media[]
  /** STOP, START or HELP, where Twilio says so. */
  readonly optOutType?: string
}

/**
 * Reads a form whose signature was verified.
 * https://www.twilio.com/docs/messaging/guides/webhook-request
 * @throws UnreadableSms when a field is missing, is not of its shape, or has two values: of those the signature does
 * not say which comes first.
 */
export function readSms(form: UrlEncodedForm): InboundSms {
  const parsed = fields.safeParse({
    MessageSid: only(form, 'MessageSid'),
    AccountSid: only(form, 'AccountSid'),
    From: only(form, 'From'),
    To: only(form, 'To'),
    Body: only(form, 'Body'),
    NumMedia: only(form, 'NumMedia'),
    // Present and empty in some posts.
    OptOutType: only(form, 'OptOutType') || undefined,
  })
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.'))
    throw new UnreadableSms(`Missing or of another shape: ${[...new Set(names)].join(', ')}.`)
  }
  const { MessageSid, AccountSid, From, To, Body, NumMedia, OptOutType } = parsed.data
  return {
    messageSid: MessageSid,
    accountSid: AccountSid,
    from: From,
    to: To,
    body: Body,
    media: Array.from({ length: Number(NumMedia) }, (_, index) => mediaOf(form, index)).flat(),
    ...(OptOutType !== undefined && { optOutType: OptOutType }),
  }
}

/** The value of a name, if it was posted. */
function only(form: UrlEncodedForm, name: string): string | undefined {
  const [value, ...others] = new Set(form.get(name))
  if (others.length > 0) throw new UnreadableSms(`More than one value: ${name}.`)
  return value
}

/** One that was announced and does not come is no reason to lose the words beside it. */
function mediaOf(form: UrlEncodedForm, index: number): readonly Media[] {
  const url = only(form, `MediaUrl${index}`)
  if (url === undefined || !URL.canParse(url)) return []
  return [{ url, type: only(form, `MediaContentType${index}`) || 'application/octet-stream' }]
}

/**
 * The words that Twilio answers by itself on a long code. YES is left out: it opts in only who had opted out, and is
 * what people answer to a question.
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

/** Whether Twilio has answered this SMS itself, so that we must not: it says so, or the whole body is one of its words. */
export const isOptOut = ({ optOutType, body }: Pick<InboundSms, 'optOutType' | 'body'>): boolean =>
  optOutType !== undefined || OPT_OUT_WORDS.has(body.trim().toUpperCase())

/** What the conductor reads: the body, then a line a medium. */
export const smsText = ({ body, media }: Pick<InboundSms, 'body' | 'media'>): string =>
  [...(body === '' ? [] : [body]), ...media.map(({ url, type }) => `[media] ${type} ${url}`)].join(
    '\n',
  )
