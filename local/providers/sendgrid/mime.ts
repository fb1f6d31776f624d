/** Writes an email as an email program does: RFC 5322 headers and a MIME body. */
import { randomBytes } from 'node:crypto'
import type { ComposedEmail, EmailAttachment } from './composed-email.ts'

/** An email with every field set. */
export type CompleteEmail = ComposedEmail & {
  readonly messageId: string
  readonly attachments: readonly EmailAttachment[]
  readonly charset: 'utf-8' | 'iso-8859-1'
}

const CRLF = '\r\n'

/** Returns the header fields, without those of its body; each line ends in CRLF. */
export function headersOf(email: CompleteEmail): string {
  const { from, fromName, to, subject, messageId, inReplyTo, references = [], headers } = email
  const fields: Record<string, string | undefined> = {
    From: fromName === undefined ? from : `${named(fromName)} <${from}>`,
    To: to,
    Subject: encoded(subject),
    'Message-ID': messageId,
    Date: new Date().toUTCString().replace('GMT', '+0000'),
    'In-Reply-To': inReplyTo,
    References: references.length > 0 ? references.join(`${CRLF} `) : undefined,
    'MIME-Version': '1.0',
    ...headers,
  }
  return Object.entries(fields)
    .flatMap(([name, value]) => (value === undefined ? [] : `${name}: ${value}${CRLF}`))
    .join('')
}

/** Returns the whole email; text and files in base64, so that no transport changes a byte. */
export function composeMime(email: CompleteEmail): Buffer {
  const { text, html, charset, attachments } = email
  const plain = textPart('plain', text, charset)
  const content =
    html === undefined ? plain : multipart('alternative', [plain, textPart('html', html, charset)])
  const body =
    attachments.length > 0 ? multipart('mixed', [content, ...attachments.map(filePart)]) : content
  return Buffer.from(headersOf(email) + body)
}

/** RFC 2047, if needed. */
const encoded = (text: string) =>
  isAscii(text) ? text : chunks(text).map(encodedWord).join(`${CRLF} `)

const encodedWord = (text: string) => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`

/** An encoded word has at most 75 characters, and no character may be split. */
const chunks = (text: string) => text.match(/.{1,10}/gsu) ?? []

const named = (name: string) =>
  isAscii(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : encoded(name)

const isAscii = (text: string) => /^[\x20-\x7e]*$/.test(text)

const textPart = (kind: 'plain' | 'html', text: string, charset: CompleteEmail['charset']) =>
  part(
    [`Content-Type: text/${kind}; charset=${charset}`],
    Buffer.from(text, charset === 'utf-8' ? 'utf8' : 'latin1'),
  )

const filePart = ({ name, type, content }: EmailAttachment) =>
  part([`Content-Type: ${type}`, `Content-Disposition: attachment; ${fileName(name)}`], content)

/** RFC 2231 for a name that is not ASCII. */
const fileName = (name: string) =>
  isAscii(name)
    ? `filename="${name.replace(/["\\]/g, '\\$&')}"`
    : `filename*=UTF-8''${encodeURIComponent(name)}`

function part(head: readonly string[], content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,76}/g) ?? []
  return [...head, 'Content-Transfer-Encoding: base64', '', ...lines, ''].join(CRLF)
}

function multipart(kind: 'mixed' | 'alternative', parts: readonly string[]): string {
  const boundary = `=_${randomBytes(12).toString('hex')}`
  const inside = parts.map((each) => `--${boundary}${CRLF}${each}`).join(CRLF)
  const head = `Content-Type: multipart/${kind}; boundary="${boundary}"`
  return `${head}${CRLF}${CRLF}${inside}${CRLF}--${boundary}--${CRLF}`
}
