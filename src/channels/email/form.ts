/** Reads the form that SendGrid posts (multipart/form-data, RFC 7578), byte for byte. */
import { Busboy, type BusboyInstance } from '@fastify/busboy'
import { UnreadableEmail } from './inbound-email.ts'

/** Far more than a mail has, and few enough to be held. */
const MAX_PARTS = 1000

interface FormPart {
  readonly content: Buffer
  /** As sent. */
  readonly fileName?: string | undefined
  readonly type: string
}

export type MultipartForm = ReadonlyMap<string, FormPart>

/**
 * The parts by their names. The text of a mail keeps its own charset, which is named in another field: so all of them are
 * bytes here.
 *
 * @throws {UnreadableEmail} also for two parts of one name, and for anything behind the end: a mail's text that holds the
 *   boundary, which is known, could otherwise bring verdicts of its own or hide those of SendGrid
 */
export async function readMultipartForm(raw: Buffer, contentType: string): Promise<MultipartForm> {
  const reader = openReader(contentType)
  if (hasEpilogue(raw, contentType)) throw new UnreadableEmail('The form goes on behind its end.')
  const parts = new Map<string, FormPart>()
  await new Promise<void>((resolve, reject) => {
    const refuse = (problem: string) => reject(new UnreadableEmail(problem))
    // After an error it finishes all the same: what comes first counts.
    reader.on('error', (cause) => reject(new UnreadableEmail('The form is broken off.', { cause })))
    reader.on('partsLimit', () => refuse(`The form has more than ${MAX_PARTS} parts.`))
    reader.on('finish', resolve)
    reader.on('file', (name: string | undefined, stream, fileName: string | undefined, _, type) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('error', () => refuse('A part of the form is broken off.'))
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
    throw new UnreadableEmail('The body is no multipart/form-data.', { cause })
  }
}

/** What the reader passes over (RFC 2046, 5.1.1), and SendGrid does not send. */
function hasEpilogue(raw: Buffer, contentType: string): boolean {
  const { quoted, token } =
    /;\s*boundary=(?:"(?<quoted>[^"]*)"|(?<token>[^\s;]*))/i.exec(contentType)?.groups ?? {}
  const end = `\r\n--${quoted ?? token}--`
  const at = raw.indexOf(end)
  return at >= 0 && raw.toString('latin1', at + end.length).trim() !== ''
}
