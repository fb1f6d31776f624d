/** A mail that SendGrid took, as the person gets it. */
import { nextArrival } from '../arrival.ts'
import type { Mail } from './mail-send.ts'

export interface SentAttachment {
  readonly name: string
  readonly type: string
  /** In bytes, decoded. */
  readonly size: number
  /** Base64. */
  readonly content: string
}

export interface SentMail {
  /** The `X-Message-Id`; mails of one request have the same. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Its place among all messages of both providers. */
  readonly arrival: number
  readonly from: string
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
  readonly subject: string
  readonly text: string | undefined
  readonly html: string | undefined
  /** Those that were asked for, `Reply-To`, and a `Message-ID` in any case. */
  readonly headers: Readonly<Record<string, string>>
  readonly attachments: readonly SentAttachment[]
  readonly customArgs: Readonly<Record<string, string>>
}

/** One mail a personalization, whose settings win over the common ones. */
export const sentMails = (mail: Mail, id: string, at: number): SentMail[] =>
  mail.personalizations.map((each) => ({
    id,
    at,
    arrival: nextArrival(),
    from: (each.from ?? mail.from).email,
    to: emails(each.to),
    cc: emails(each.cc),
    bcc: emails(each.bcc),
    subject: each.subject ?? mail.subject ?? '',
    text: contentOf(mail, 'text/plain'),
    html: contentOf(mail, 'text/html'),
    headers: headersOf(mail, { ...mail.headers, ...each.headers }, id),
    attachments: mail.attachments.map(({ filename, type, content }) => ({
      name: filename,
      type,
      size: Buffer.from(content, 'base64').length,
      content,
    })),
    customArgs: { ...mail.custom_args, ...each.custom_args },
  }))

const emails = (list: readonly { email: string }[]) => list.map(({ email }) => email)

const contentOf = ({ content }: Mail, wanted: string) =>
  content.find(({ type }) => type === wanted)?.value

function headersOf(mail: Mail, asked: Readonly<Record<string, string>>, id: string) {
  const own = Object.keys(asked).some((name) => name.toLowerCase() === 'message-id')
  const replyTo = mail.reply_to ? [mail.reply_to] : (mail.reply_to_list ?? [])
  return {
    ...(!own && { 'Message-ID': `<${id}@geopod-ismtpd.example.net>` }),
    ...(replyTo.length > 0 && { 'Reply-To': emails(replyTo).join(', ') }),
    ...asked,
  }
}
