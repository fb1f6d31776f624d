/** Parses an email (RFC 5322, MIME). */
import type { Email } from 'postal-mime'
import PostalMime from 'postal-mime'
import { corrected } from './charset.ts'
import { UnreadableEmail } from './inbound-email.ts'

/** A leaf of an email, as postal-mime 4.0.0 keeps it. */
interface Part {
  content: ArrayBuffer | null
  readonly contentType: {
    readonly parsed: { readonly value: string; readonly params: Record<string, string> }
  }
  readonly contentDisposition: {
    readonly parsed: { readonly value: string; readonly params: Record<string, string> }
  }
}

/**
 * Decides otherwise than postal-mime in two ways: a text with a file name is an attachment, because the person did not
 * write it into the email; and a wrong charset is corrected. The method is not part of the library's interface, so tests
 * must hold the library to it.
 */
class EmailParser extends PostalMime {
  isInlineTextNode(part: Part): boolean {
    const { value, params } = part.contentType.parsed
    const disposition = part.contentDisposition.parsed
    if (value !== 'text/plain' && value !== 'text/html') return false
    if (disposition.value === 'attachment' || disposition.params.filename || params.name)
      return false
    if (part.content) {
      const { bytes, label } = corrected(Buffer.from(part.content), params.charset)
      part.content = new Uint8Array(bytes).buffer
      params.charset = label
    }
    return true
  }
}

/**
 * Parses an email, or only its header. An embedded email counts as an attachment, because the person did not write it.
 *
 * @throws {UnreadableEmail} if it nests too deeply or its headers are too long
 */
export async function readMime(raw: Buffer): Promise<Email> {
  try {
    return await new EmailParser({ forceRfc822Attachments: true }).parse(raw)
  } catch (cause) {
    throw new UnreadableEmail('The email cannot be parsed.', { cause })
  }
}
