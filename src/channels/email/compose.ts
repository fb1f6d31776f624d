/** Composes an email for SendGrid: a reply in its thread, as text and as safe HTML. */
import MarkdownIt from 'markdown-it'
import type { EmailReturn } from './channel.ts'

/** The part of the body of POST /v3/mail/send that Baton uses. */
export interface OutboundEmail {
  readonly personalizations: ReadonlyArray<{
    readonly to: ReadonlyArray<{ readonly email: string }>
  }>
  readonly from: Mailbox
  readonly subject: string
  /** The plain text comes first (RFC 2046, 5.1.4). */
  readonly content: ReadonlyArray<{ readonly type: string; readonly value: string }>
  readonly headers: Readonly<Record<string, string>>
  /** SendGrid's events return them. */
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
  /** A media type. Anything else becomes `application/octet-stream`. */
  readonly type: string
  readonly content: Uint8Array
}

/**
 * Returns the email that sends `text` (Markdown) to a person.
 *
 * It replies to `to.messageId` if there is one, with the thread in References (RFC 5322, 3.6.4). It is marked as
 * automatic, so that no program answers it (RFC 3834, 5). Links are not rewritten and no tracking pixel is added. Empty
 * attachments are left out, because SendGrid would refuse the whole email.
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
  /** This email's Message-ID, like `<token@our.domain>`. */
  readonly messageId: string
  readonly customId: string
  readonly attachments?: readonly Attachment[]
}): OutboundEmail {
  const files = attachments.filter(({ content }) => content.length > 0).map(attached)
  return {
    personalizations: [{ to: [{ email: headerValue(to.address) }] }],
    from: {
      email: headerValue(from.email),
      ...(from.name !== undefined && { name: headerValue(from.name) }),
    },
    // SendGrid refuses an empty subject or text.
    subject: headerValue(to.subject) || '(no subject)',
    content: [
      { type: 'text/plain', value: text || ' ' },
      { type: 'text/html', value: `<!doctype html>\n<html><body>\n${html(text)}</body></html>\n` },
    ],
    headers: {
      'Message-ID': headerValue(messageId),
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
// A remote picture tells its owner who reads the email, and when.
markdown.disable('image')
// The default allows almost every scheme, and programs on the reader's machine may handle any of them.
markdown.validateLink = (url) => /^(?:https?:\/\/|mailto:)/i.test(url.trim())

const html = (text: string) => markdown.render(text)

/** Replaces characters that would end a header or start another (RFC 5322, 2.2). */
const headerValue = (value: string) =>
  value
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()

/** How many ids from the end of a long thread References keeps. The first id is always kept. */
const KEPT = 20
/** A valid id (RFC 5322, 3.6.4). Incoming ids may be invalid, and must not get into our headers. */
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
    filename: headerValue(name) || 'attachment',
    type: /^[\w.+-]+\/[\w.+-]+$/.test(plain.trim()) ? plain.trim() : 'application/octet-stream',
    disposition: 'attachment' as const,
  }
}
