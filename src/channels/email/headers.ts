/** Parses email headers: addresses, message ids and verdicts. */
import type { Header } from 'postal-mime'
import { addressParser, decodeWords } from 'postal-mime'
import { inKnownCharsets } from './charset.ts'
import type { EmailAddress } from './inbound-email.ts'

/** Longer than real ids (RFC 5322, 2.1.1 allows 998 characters), and short enough to store. */
const MESSAGE_ID = /<[^<>\s]{1,500}>/g

/** Returns a function that looks up the first value of a header, as sent but unfolded. Names ignore case. */
export const headerReader =
  (headers: readonly Header[]) =>
  (name: string): string | undefined =>
    headers.find(({ key }) => key === name.toLowerCase())?.value.trim()

/** Returns the addresses in all headers of that name, because an email may have several. */
export const addressesIn = (headers: readonly Header[], name: string): readonly EmailAddress[] =>
  headers.filter(({ key }) => key === name).flatMap(({ value }) => addresses(value))

/** Parses a list of addresses, in lower case. Skips names without an address and repeated addresses. */
export function addresses(value: string): readonly EmailAddress[] {
  const found = new Map<string, EmailAddress>()
  for (const { address = '', name } of addressParser(inKnownCharsets(value), { flatten: true })) {
    const key = address.trim().toLowerCase()
    if (key && !found.has(key)) found.set(key, { address: key, name })
  }
  return [...found.values()]
}

/**
 * Returns the message ids in a header, with angle brackets. A single id without brackets gets them. Some programs write
 * long ids as encoded words (RFC 2047), which no id may be.
 */
export function messageIds(value = ''): readonly string[] {
  const bare = decodeWords(value).trim()
  return (/^[^<>\s]{1,500}$/.test(bare) ? `<${bare}>` : bare).match(MESSAGE_ID) ?? []
}

const VERDICTS = /^\{\s*@[^\s:,{}@]+\s*:\s*\w+(?:\s*,\s*@[^\s:,{}@]+\s*:\s*\w+)*\s*\}$/

/**
 * Parses `{@example.com : pass, @example.net : fail}`, in lower case. Returns nothing for any other format, such as
 * `none`.
 */
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
