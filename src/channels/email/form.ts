/** Parses the form that SendGrid posts (multipart/form-data, RFC 7578) into bytes. */
import { Busboy, type BusboyInstance } from '@fastify/busboy'
import { UnreadableEmail } from './inbound-email.ts'

/** Far more than any email has, and few enough for memory. */
const MAX_PARTS = 1000

interface FormPart {
  readonly content: Buffer
  /** As sent. */
  readonly fileName?: string | undefined
  readonly type: string
}

export type MultipartForm = ReadonlyMap<string, FormPart>

/**
 * Returns the parts by name. They stay bytes, because another field names the charset of the email's text.
 *
 * @throws {UnreadableEmail} also if two parts have the same name or if anything follows the end. Otherwise an email that
 *   contains the boundary, which is known, could add its own verdicts or hide SendGrid's.
 */
export async function readMultipartForm(raw: Buffer, contentType: string): Promise<MultipartForm> {
  const reader = openReader(contentType)
  if (hasEpilogue(raw, contentType)) throw new UnreadableEmail('The form has data after its end.')
  const parts = new Map<string, FormPart>()
  await new Promise<void>((resolve, reject) => {
    const refuse = (problem: string) => reject(new UnreadableEmail(problem))
    // The parser also emits `finish` after an error. The first of the two settles the promise.
    reader.on('error', (cause) => reject(new UnreadableEmail('The form is incomplete.', { cause })))
    reader.on('partsLimit', () => refuse(`The form has more than ${MAX_PARTS} parts.`))
    reader.on('finish', resolve)
    reader.on('file', (name: string | undefined, stream, fileName: string | undefined, _, type) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('error', () => refuse('A part of the form is incomplete.'))
      stream.on('end', () => {
        if (name === undefined) refuse('A part of the form has no name.')
        else if (parts.has(name)) refuse(`The form has two parts named ${JSON.stringify(name)}.`)
        else parts.set(name, { content: Buffer.concat(chunks), fileName, type })
      })
    })
    reader.end(raw)
  })
  return parts
}

function openReader(contentType: string): BusboyInstance {
  try {
    if (!/^multipart\/form-data\b/i.test(contentType)) throw new Error(contentType)
    return new Busboy({
      headers: { 'content-type': contentType },
      isPartAFile: () => true,
      preservePath: true,
      limits: { parts: MAX_PARTS },
    })
  } catch (cause) {
    throw new UnreadableEmail('The body is not multipart/form-data.', { cause })
  }
}

/**
 * Returns whether anything follows the last boundary. The parser ignores it (RFC 2046, 5.1.1), and SendGrid never sends
 * it.
 */
function hasEpilogue(raw: Buffer, contentType: string): boolean {
  const { quoted, token } =
    /;\s*boundary=(?:"(?<quoted>[^"]*)"|(?<token>[^\s;]*))/i.exec(contentType)?.groups ?? {}
  const end = `\r\n--${quoted ?? token}--`
  const at = raw.indexOf(end)
  return at >= 0 && raw.toString('latin1', at + end.length).trim() !== ''
}
