/** The form that Inbound Parse posts for an email: https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook */
import { randomBytes } from 'node:crypto'
import type { AcceptedEmail } from './inbound-email.ts'

/** `raw` is the setting `send_raw`: the whole email in one field. */
export type ParseMode = 'parsed' | 'raw'

export interface Verdicts {
  /** `pass`, `fail`, `softfail`, `neutral`, `none` … */
  readonly spf: string
  /** SendGrid's own notation, which is not JSON: `{@example.com : pass}`, or `none`. */
  readonly dkim: string
}

export interface FormPart {
  readonly name: string
  readonly content: string | Buffer
  readonly file?: { readonly name: string; readonly type: string }
}

/** Returns the form fields that SendGrid sends for an email in a mode, in its order. */
export const partsOf = (message: AcceptedEmail, mode: ParseMode, verdicts: Verdicts): FormPart[] =>
  mode === 'raw' ? rawParts(message, verdicts) : parsedParts(message, verdicts)

const common = (message: AcceptedEmail, { spf, dkim }: Verdicts) => ({
  dkim: { name: 'dkim', content: dkim },
  to: { name: 'to', content: message.to },
  from: { name: 'from', content: message.from },
  senderIp: { name: 'sender_ip', content: '127.0.0.1' },
  envelope: { name: 'envelope', content: JSON.stringify(message.envelope) },
  subject: { name: 'subject', content: message.subject },
  spf: { name: 'SPF', content: spf },
})

const HEADER_CHARSETS = { to: 'UTF-8', from: 'UTF-8', subject: 'UTF-8' }

function rawParts(message: AcceptedEmail, verdicts: Verdicts): FormPart[] {
  const { dkim, to, from, senderIp, envelope, subject, spf } = common(message, verdicts)
  const charsets = { name: 'charsets', content: JSON.stringify(HEADER_CHARSETS) }
  const email = { name: 'email', content: message.mime }
  return [email, dkim, to, from, senderIp, envelope, subject, charsets, spf]
}

function parsedParts(message: AcceptedEmail, verdicts: Verdicts): FormPart[] {
  const { dkim, to, from, senderIp, envelope, subject, spf } = common(message, verdicts)
  const { headers, text, html, charset, attachments } = message
  // Header fields are converted to UTF-8; text and HTML keep the email's bytes.
  const bytes = (content: string) => Buffer.from(content, charset === 'utf-8' ? 'utf8' : 'latin1')
  const charsets = {
    ...HEADER_CHARSETS,
    ...(text !== undefined && { text: charset }),
    ...(html !== undefined && { html: charset }),
  }
  const files = attachments.map((file, n) => ({ ...file, field: `attachment${n + 1}` }))
  const info = Object.fromEntries(
    files.map(({ field, name, type }) => [field, { filename: name, name, type }]),
  )
  return [
    { name: 'headers', content: headers },
    dkim,
    { name: 'content-ids', content: '{}' },
    to,
    ...(text === undefined ? [] : [{ name: 'text', content: bytes(text) }]),
    ...(html === undefined ? [] : [{ name: 'html', content: bytes(html) }]),
    from,
    senderIp,
    envelope,
    { name: 'attachments', content: String(files.length) },
    subject,
    ...(files.length > 0 ? [{ name: 'attachment-info', content: JSON.stringify(info) }] : []),
    { name: 'charsets', content: JSON.stringify(charsets) },
    spf,
    ...files.map(({ field, name, type, content }) => ({
      name: field,
      content,
      file: { name, type },
    })),
  ]
}

/** Returns SendGrid's boundary, or another if a part contains that, so that no content can end a part. */
function boundaryFor(parts: readonly FormPart[]): string {
  const taken = parts.some(({ content }) => content.includes('--xYzZY'))
  return taken ? `xYzZY${randomBytes(12).toString('hex')}` : 'xYzZY'
}

/** Writes a form as `multipart/form-data`. A given boundary is used even if it breaks the form. */
export function multipartForm(parts: readonly FormPart[], boundary = boundaryFor(parts)) {
  const pieces = parts.flatMap(({ name, content, file }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`,
    file ? `; filename="${quoted(file.name)}"\r\nContent-Type: ${file.type}` : '',
    '\r\n\r\n',
    content,
    '\r\n',
  ])
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([...pieces, `--${boundary}--\r\n`].map((piece) => Buffer.from(piece))),
  }
}

/** As browsers do: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data */
const quoted = (name: string) =>
  name.replace(/["\r\n]/g, (character) => encodeURIComponent(character))
