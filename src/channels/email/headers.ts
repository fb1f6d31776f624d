/** The header of a mail: which addresses, ids and verdicts stand in it. */
import type { Email, Header } from 'postal-mime'
import PostalMime, { addressParser } from 'postal-mime'
import { type EmailAddress, UnreadableEmail } from './inbound-email.ts'

/** Longer than any that is sent (RFC 5322, 2.1.1 allows 998), and short enough to be stored. */
const MESSAGE_ID = /<[^<>\s]{1,500}>/g

/**
 * Reads a whole mail (RFC 5322, MIME), or its header alone. A mail that it holds is an attachment: it is not what the
 * person writes.
 *
 * @throws {UnreadableEmail} when it nests too deeply or its headers are too long
 */
export async function readMime(raw: Buffer): Promise<Email> {
  try {
    return await PostalMime.parse(raw, { forceRfc822Attachments: true })
  } catch (cause) {
    throw new UnreadableEmail('The mail cannot be read.', { cause })
  }
}

/** The first value under a name in any case, as sent but unfolded. */
export const headerReader =
  (headers: readonly Header[]) =>
  (name: string): string | undefined =>
    headers.find(({ key }) => key === name.toLowerCase())?.value.trim()

/** Of all header fields of that name, since a mail may have two. */
export const addressesIn = (headers: readonly Header[], name: string): readonly EmailAddress[] =>
  headers.filter(({ key }) => key === name).flatMap(({ value }) => addresses(value))

/** In lower case; a name without an address is passed over, and the same address a second time. */
export function addresses(value: string): readonly EmailAddress[] {
  const found = new Map<string, EmailAddress>()
  for (const { address = '', name } of addressParser(value, { flatten: true })) {
    const key = address.trim().toLowerCase()
    if (key && !found.has(key)) found.set(key, { address: key, name })
  }
  return [...found.values()]
}

/** With their angle brackets, which are put where a single id has none. */
export function messageIds(value = ''): readonly string[] {
  const bare = value.trim()
  return (/^[^<>\s]{1,500}$/.test(bare) ? `<${bare}>` : bare).match(MESSAGE_ID) ?? []
}

const VERDICTS = /^\{\s*@[^\s:,{}@]+\s*:\s*\w+(?:\s*,\s*@[^\s:,{}@]+\s*:\s*\w+)*\s*\}$/

/** Of `{@example.com : pass, @example.net : fail}`, in lower case; nothing where it is not quite that, as in `none`. */
export function dkimResults(field: string): readonly { domain: string; result: string }[] {
  const text = field.trim().toLowerCase()
  if (!VERDICTS.test(text)) return []
  return text
    .slice(1, -1)
    .split(',')
    .map((verdict) => {
      const [domain = '', result = ''] = verdict.split(':').map((part) => part.trim())
      return { domain: domain.slice(1), result }
    })
}
