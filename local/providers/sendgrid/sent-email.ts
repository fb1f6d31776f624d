/** An email that SendGrid accepted, as the person receives it. */
import { nextArrival } from '../arrival.ts'
import type { ComposedEmail } from './composed-email.ts'
import type { SendRequest } from './mail-send.ts'

export interface SentAttachment {
  readonly name: string
  readonly type: string
  /** In bytes, decoded. */
  readonly size: number
  /** Base64. */
  readonly content: string
}

export interface SentEmail {
  /** The `X-Message-Id`; emails of one request share it. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Its position among the messages of both providers. */
  readonly arrival: number
  readonly from: string
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
  readonly subject: string
  readonly text: string | undefined
  readonly html: string | undefined
  /** The requested headers, `Reply-To`, and always a `Message-ID`. */
  readonly headers: Readonly<Record<string, string>>
  readonly attachments: readonly SentAttachment[]
  readonly customArgs: Readonly<Record<string, string>>
}

/** Returns one email for each personalization, whose settings override the common ones. */
export const sentEmails = (email: SendRequest, id: string, at: number): SentEmail[] =>
  email.personalizations.map((each) => ({
    id,
    at,
    arrival: nextArrival(),
    from: (each.from ?? email.from).email,
    to: emails(each.to),
    cc: emails(each.cc),
    bcc: emails(each.bcc),
    subject: each.subject ?? email.subject ?? '',
    text: contentOf(email, 'text/plain'),
    html: contentOf(email, 'text/html'),
    headers: headersOf(email, { ...email.headers, ...each.headers }, id),
    attachments: email.attachments.map(({ filename, type, content }) => ({
      name: filename,
      type,
      size: Buffer.from(content, 'base64').length,
      content,
    })),
    customArgs: { ...email.custom_args, ...each.custom_args },
  }))

const emails = (list: readonly { email: string }[]) => list.map(({ email }) => email)

const contentOf = ({ content }: SendRequest, wanted: string) =>
  content.find(({ type }) => type === wanted)?.value

function headersOf(email: SendRequest, asked: Readonly<Record<string, string>>, id: string) {
  const own = Object.keys(asked).some((name) => name.toLowerCase() === 'message-id')
  const replyTo = email.reply_to ? [email.reply_to] : (email.reply_to_list ?? [])
  return {
    ...(!own && { 'Message-ID': `<${id}@geopod-ismtpd.example.net>` }),
    ...(replyTo.length > 0 && { 'Reply-To': emails(replyTo).join(', ') }),
    ...asked,
  }
}

/** Returns a sent email as each of its recipients gets it. */
export const returning = ({ to, cc, bcc, ...sent }: SentEmail): ComposedEmail[] =>
  [...to, ...cc, ...bcc].map((recipient) => {
    const { 'Message-ID': messageId, ...headers } = sent.headers
    return {
      from: sent.from,
      to: recipient,
      subject: sent.subject,
      text: sent.text ?? '',
      html: sent.html,
      messageId,
      headers,
      attachments: sent.attachments.map(({ name, type, content }) => ({
        name,
        type,
        content: Buffer.from(content, 'base64'),
      })),
    }
  })
