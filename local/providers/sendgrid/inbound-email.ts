/** A person's email to Baton, and the parts that Inbound Parse makes of it. */
import { randomUUID } from 'node:crypto'
import PostalMime, { type Address } from 'postal-mime'
import type { ComposedEmail, EmailAttachment } from './composed-email.ts'
import { composeMime, headersOf } from './mime.ts'

/** An email as received; `to` and `envelopeFrom` belong to its envelope. */
export interface RawEmail {
  readonly mime: Buffer
  readonly to: string
  readonly envelopeFrom?: string
}

export type InboundEmail = ComposedEmail | RawEmail

/** An email, both raw and parsed. */
export interface AcceptedEmail {
  readonly mime: Buffer
  readonly envelope: { readonly to: readonly [string]; readonly from: string }
  /** The header block, one line per field, or more if it is folded. */
  readonly headers: string
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string | undefined
  readonly html: string | undefined
  readonly charset: 'utf-8' | 'iso-8859-1'
  readonly attachments: readonly EmailAttachment[]
}

/** Returns a Message-ID in the sender's domain. */
export const newMessageId = (from: string) => `<${randomUUID()}@${from.split('@').at(-1)}>`

export const acceptEmail = (email: InboundEmail): Promise<AcceptedEmail> | AcceptedEmail =>
  'mime' in email ? parsed(email) : composed(email)

function composed(email: ComposedEmail): AcceptedEmail {
  const { from, fromName, to, envelopeFrom = from, subject, text, html } = email
  const { attachments = [], charset = 'utf-8', messageId = newMessageId(from) } = email
  const full = { ...email, messageId, attachments, charset }
  return {
    mime: composeMime(full),
    envelope: { to: [to], from: envelopeFrom },
    headers: headersOf(full),
    from: fromName === undefined ? from : `${fromName} <${from}>`,
    to,
    subject,
    text,
    html,
    charset,
    attachments,
  }
}

async function parsed({ mime, to, envelopeFrom }: RawEmail): Promise<AcceptedEmail> {
  const email = await PostalMime.parse(mime)
  const end = /\r?\n\r?\n/.exec(mime.toString('latin1'))?.index ?? mime.length
  return {
    mime,
    envelope: { to: [to], from: envelopeFrom ?? email.from?.address ?? '' },
    headers: `${mime.subarray(0, end).toString()}\n`,
    from: shown(email.from),
    to: email.to?.map(shown).join(', ') ?? to,
    subject: email.subject ?? '',
    text: email.text,
    html: email.html,
    charset: 'utf-8',
    attachments: email.attachments.map(({ filename, mimeType, content }) => ({
      name: filename ?? '',
      type: mimeType,
      content: content instanceof ArrayBuffer ? Buffer.from(content) : Buffer.from(content),
    })),
  }
}

const shown = (address: Address | undefined): string =>
  address?.name ? `${address.name} <${address.address ?? ''}>` : (address?.address ?? '')
