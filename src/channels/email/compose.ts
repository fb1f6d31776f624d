/** A mail as SendGrid takes it: an answer in a thread, as text and as HTML that can do nothing. */
import MarkdownIt from 'markdown-it'
import type { EmailReturn } from './channel.ts'

/** The body of POST /v3/mail/send, as far as we use it. */
export interface OutboundEmail {
  readonly personalizations: ReadonlyArray<{
    readonly to: ReadonlyArray<{ readonly email: string }>
  }>
  readonly from: Mailbox
  readonly subject: string
  /** The plain text stands first (RFC 2046, 5.1.4). */
  readonly content: ReadonlyArray<{ readonly type: string; readonly value: string }>
  readonly headers: Readonly<Record<string, string>>
  /** Its events bring them back. */
  readonly custom_args: { readonly baton: string }
  readonly tracking_settings: {
    readonly click_tracking: { readonly enable: boolean; readonly enable_text: boolean }
    readonly open_tracking: { readonly enable: boolean }
  }
  readonly attachments?: ReadonlyArray<{
    /** Base64. */
    readonly content: string
    readonly filename: string
    readonly type: string
    readonly disposition: 'attachment'
  }>
}

export interface Mailbox {
  readonly email: string
  readonly name?: string
}

export interface Attachment {
  readonly name: string
  /** A media type; another word becomes `application/octet-stream`. */
  readonly type: string
  readonly content: Uint8Array
}

/**
 * The mail that says `text` (Markdown) to a person.
 *
 * It answers `to.messageId` where there is one, with the thread in References (RFC 5322, 3.6.4), and says that a
 * machine wrote it, so that no other machine answers (RFC 3834, 5). Links are not rewritten and no pixel is added.
 * An attachment of no bytes is left out, as SendGrid refuses the whole mail for it.
 * https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
 */
export function composeEmail({
  from,
  to,
  text,
  messageId,
  customId,
  attachments = [],
}: {
  readonly from: Mailbox
  readonly to: EmailReturn
  readonly text: string
  /** Of this mail, as `<token@our.domain>`. */
  readonly messageId: string
  readonly customId: string
  readonly attachments?: readonly Attachment[]
}): OutboundEmail {
  const files = attachments.filter(({ content }) => content.length > 0).map(attached)
  return {
    personalizations: [{ to: [{ email: oneLine(to.address) }] }],
    from: {
      email: oneLine(from.email),
      ...(from.name !== undefined && { name: oneLine(from.name) }),
    },
    // Neither may be empty.
    subject: oneLine(to.subject) || '(no subject)',
    content: [
      { type: 'text/plain', value: text || ' ' },
      { type: 'text/html', value: `<!doctype html>\n<html><body>\n${html(text)}</body></html>\n` },
    ],
    headers: {
      'Message-ID': oneLine(messageId),
      ...threading(to),
      'Auto-Submitted': 'auto-replied',
      'X-Auto-Response-Suppress': 'All',
    },
    custom_args: { baton: customId },
    tracking_settings: {
      click_tracking: { enable: false, enable_text: false },
      open_tracking: { enable: false },
    },
    ...(files.length > 0 && { attachments: files }),
  }
}

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true })
// A picture from elsewhere tells its owner who reads the mail, and when.
markdown.disable('image')
// By default it is all but a few schemes, where a program of the reader may wait for any.
markdown.validateLink = (url) => /^(?:https?:\/\/|mailto:)/i.test(url.trim())

const html = (text: string) => markdown.render(text)

/** Without what would end a header or begin another (RFC 5322, 2.2). */
const oneLine = (value: string) =>
  value
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()

/** In References, of the end of a long thread; its beginning is always named. */
const KEPT = 20
/** RFC 5322, 3.6.4: what is not such an id came from outside, and has no place in a header of ours. */
const ID = /^<[!-;=?-~]{1,900}>$/

function threading({ messageId, references = [] }: EmailReturn): Readonly<Record<string, string>> {
  const thread = [...references, ...(messageId === undefined ? [] : [messageId])]
  const ids = [...new Set(thread.filter((id) => ID.test(id)))]
  const kept = [...ids.slice(0, 1), ...ids.slice(1).slice(-KEPT)]
  return {
    ...(messageId !== undefined && ID.test(messageId) && { 'In-Reply-To': messageId }),
    ...(kept.length > 0 && { References: kept.join(' ') }),
  }
}

function attached({ name, type, content }: Attachment) {
  const [plain = ''] = type.split(';')
  return {
    content: Buffer.from(content).toString('base64'),
    filename: oneLine(name) || 'attachment',
    type: /^[\w.+-]+\/[\w.+-]+$/.test(plain.trim()) ? plain.trim() : 'application/octet-stream',
    disposition: 'attachment' as const,
  }
}
