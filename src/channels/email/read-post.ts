/** Reads a mail as SendGrid's Inbound Parse posts it: whole, or taken apart into fields. */
import type { Email } from 'postal-mime'
import { decodeWords } from 'postal-mime'
import * as z from 'zod'
import { type MultipartForm, readMultipartForm } from './form.ts'
import {
  addresses,
  addressesIn,
  dkimResults,
  headerReader,
  messageIds,
  readMime,
} from './headers.ts'
import { textOfHtml } from './html.ts'
import { type EmailAttachment, type InboundEmail, UnreadableEmail } from './inbound-email.ts'

const MAX_ATTACHMENTS = 50

const envelopeField = z.object({ to: z.array(z.string().min(1)).min(1), from: z.string() })
const charsetsField = z.record(z.string(), z.string())
const infoField = z.record(
  z.string(),
  z.object({ filename: z.string().optional(), name: z.string().optional() }),
)

/**
 * Reads the body of a post, `raw` as it came over the wire.
 *
 * @throws {UnreadableEmail} for what is no such post: another content type, broken off, a field twice, no envelope, no
 *   header, no sender, MIME that cannot be read
 */
export async function readPost(raw: Buffer, contentType: string): Promise<InboundEmail> {
  const form = await readMultipartForm(raw, contentType)
  const envelope = readJson(envelopeField, field(form, 'envelope'))
  if (!envelope) throw new UnreadableEmail('The envelope is missing or cannot be read.')
  const whole = form.get('email')?.content
  if (whole && form.has('headers')) throw new UnreadableEmail('The mail came in both modes.')
  const mime = await readMime(whole ?? headerField(form))
  return {
    envelope: { from: envelope.from === '<>' ? '' : envelope.from.trim(), to: envelope.to },
    ...fromHeaders(mime, form),
    text: whole ? textOf(mime.text, mime.html) : textOf(field(form, 'text'), field(form, 'html')),
    attachments: (whole ? mimeAttachments(mime) : formAttachments(form)).slice(0, MAX_ATTACHMENTS),
    spf: (field(form, 'SPF') ?? '').trim().toLowerCase(),
    dkim: dkimResults(field(form, 'dkim') ?? ''),
  }
}

/** What stands in the header, whichever mode it came by; the fields of the same names are what SendGrid made of it. */
function fromHeaders({ headers }: Email, form: MultipartForm) {
  const header = headerReader(headers)
  if (header('from') === undefined && !field(form, 'from'))
    throw new UnreadableEmail('The mail has no sender.')
  const shown = addressesIn(headers, 'from')
  const [messageId] = messageIds(header('message-id'))
  const answered = messageIds(header('in-reply-to'))
  const references = messageIds(header('references'))
  return {
    from: shown.length > 0 ? shown : addresses(field(form, 'from') ?? ''),
    to: [...addressesIn(headers, 'to'), ...addressesIn(headers, 'cc')].map(
      ({ address }) => address,
    ),
    subject: decodeWords(header('subject') ?? field(form, 'subject') ?? ''),
    ...(messageId && { messageId }),
    references: references.length > 0 ? references : answered,
    ...(answered[0] && { inReplyTo: answered[0] }),
    header,
  }
}

/** Closed by an empty line, so that its last field is one. */
function headerField(form: MultipartForm): Buffer {
  const header = form.get('headers')?.content
  if (!header) throw new UnreadableEmail('There is neither the mail nor its header.')
  return Buffer.concat([header, Buffer.from('\r\n\r\n')])
}

const textOf = (text = '', html = '') => (text.trim() ? text : textOfHtml(html))

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
      return { name: decodeWords(filename ?? name), type, content }
    })
}

/** A field as text, in the charset that the post says it has (RFC 7578, 4.6 is not what SendGrid does). */
function field(form: MultipartForm, name: string): string | undefined {
  const part = form.get(name)
  if (!part || name === 'charsets') return part?.content.toString()
  const charsets = readJson(charsetsField, field(form, 'charsets')) ?? {}
  return decode(part.content, new Map(Object.entries(charsets)).get(name))
}

function decode(bytes: Buffer, charset: string | undefined): string {
  try {
    // Without a charset it is UTF-8 when it can be.
    const label = charset?.replaceAll(/["'\s]/g, '')
    return new TextDecoder(label ?? 'utf-8', { fatal: label === undefined }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** Nothing, where it is no JSON of this shape. */
function readJson<Shape>(shape: z.ZodType<Shape>, json = ''): Shape | undefined {
  try {
    return shape.safeParse(JSON.parse(json)).data
  } catch {
    return undefined
  }
}
