/** Parses an email that SendGrid's Inbound Parse posts, either raw or split into fields. */
import type { Email } from 'postal-mime'
import * as z from 'zod'
import { decode, decodeHeader } from './charset.ts'
import { type MultipartForm, readMultipartForm } from './form.ts'
import { addresses, addressesIn, dkimResults, headerReader, messageIds } from './headers.ts'
import { type EmailAttachment, type InboundEmail, UnreadableEmail } from './inbound-email.ts'
import { readMime } from './mime.ts'

const MAX_ATTACHMENTS = 50

const envelopeField = z.object({ to: z.array(z.string().min(1)).min(1), from: z.string() })
const charsetsField = z.record(z.string(), z.string())
const infoField = z.record(
  z.string(),
  z.object({ filename: z.string().optional(), name: z.string().optional() }),
)

/**
 * Parses the body of a post; `raw` is the body as received.
 *
 * @throws {UnreadableEmail} if it is not such a post: another content type, incomplete, a duplicate field, no envelope, no
 *   header, no sender, or invalid MIME
 */
export async function readPost(raw: Buffer, contentType: string): Promise<InboundEmail> {
  const form = await readMultipartForm(raw, contentType)
  const envelope = readJson(envelopeField, field(form, 'envelope'))
  if (!envelope) throw new UnreadableEmail('The envelope is missing or cannot be parsed.')
  const whole = form.get('email')?.content
  if (whole && form.has('headers'))
    throw new UnreadableEmail('The post contains both the raw email and its fields.')
  const mime = await readMime(whole ?? headerField(form))
  const attachments = whole ? mimeAttachments(mime) : formAttachments(form)
  return {
    envelope: { from: envelope.from === '<>' ? '' : envelope.from.trim(), to: envelope.to },
    ...fromHeaders(mime, form),
    text: whole
      ? await textOf(mime.text, mime.html)
      : await textOf(field(form, 'text'), field(form, 'html')),
    attachments: attachments.slice(0, MAX_ATTACHMENTS),
    ...(attachments.length > MAX_ATTACHMENTS && { attachmentCount: attachments.length }),
    spf: (field(form, 'SPF') ?? '').trim().toLowerCase(),
    dkim: dkimResults(field(form, 'dkim') ?? ''),
  }
}

/** Reads the original header, which both modes have. SendGrid's own fields are only a fallback. */
function fromHeaders({ headers }: Email, form: MultipartForm) {
  const header = headerReader(headers)
  if (header('from') === undefined && !field(form, 'from'))
    throw new UnreadableEmail('The email has no sender.')
  const shown = addressesIn(headers, 'from')
  const [messageId] = messageIds(header('message-id'))
  const answered = messageIds(header('in-reply-to'))
  const references = messageIds(header('references'))
  return {
    from: shown.length > 0 ? shown : addresses(field(form, 'from') ?? ''),
    to: [...addressesIn(headers, 'to'), ...addressesIn(headers, 'cc')].map(
      ({ address }) => address,
    ),
    subject: decodeHeader(header('subject') ?? field(form, 'subject') ?? ''),
    ...(messageId && { messageId }),
    references: references.length > 0 ? references : answered,
    ...(answered[0] && { inReplyTo: answered[0] }),
    header,
    headers: headers.map(({ key: name, value }) => ({ name, value: value.trim() })),
  }
}

/** Returns the header with an empty line at its end, so that its last field is complete. */
function headerField(form: MultipartForm): Buffer {
  const header = form.get('headers')?.content
  if (!header) throw new UnreadableEmail('The post contains neither the raw email nor its header.')
  return Buffer.concat([header, Buffer.from('\r\n\r\n')])
}

async function textOf(text = '', html = ''): Promise<string> {
  if (text.trim() || html === '') return text
  const { textOfHtml } = await import('./on-demand/html.ts')
  return textOfHtml(html)
}

const mimeAttachments = ({ attachments }: Email): readonly EmailAttachment[] =>
  attachments.map(({ filename, mimeType, content }) => ({
    name: filename ?? '',
    type: mimeType,
    content: typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content),
  }))

function formAttachments(form: MultipartForm): readonly EmailAttachment[] {
  const info = new Map(Object.entries(readJson(infoField, field(form, 'attachment-info')) ?? {}))
  return [...form]
    .filter(([key]) => /^attachment\d+$/.test(key))
    .map(([key, { content, fileName, type }]) => {
      const { filename, name = filename ?? fileName ?? '' } = info.get(key) ?? {}
      return { name: decodeHeader(filename ?? name), type, content }
    })
}

/** Returns a field as text, in the charset that the field `charsets` names. SendGrid does not follow RFC 7578, 4.6. */
function field(form: MultipartForm, name: string): string | undefined {
  const part = form.get(name)
  if (!part || name === 'charsets') return part?.content.toString()
  const charsets = readJson(charsetsField, field(form, 'charsets')) ?? {}
  return decode(part.content, new Map(Object.entries(charsets)).get(name))
}

/** Returns undefined if `json` is not JSON of this shape. */
function readJson<Shape>(shape: z.ZodType<Shape>, json = ''): Shape | undefined {
  try {
    return shape.safeParse(JSON.parse(json)).data
  } catch {
    return undefined
  }
}
