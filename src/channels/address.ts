/** Parses phone numbers, email addresses and domains into one normal form each. */
import * as z from 'zod'

const NUMBER = /^\+[1-9]\d{6,14}$/
const DOMAIN = /^@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/

/** Returns a phone number in E.164, without separators, or undefined if `text` is not one. */
export function phoneNumber(text: string): string | undefined {
  const number = text.trim().replaceAll(/[ ().-]/g, '')
  return NUMBER.test(number) ? number : undefined
}

/** Twilio's other channels, by the prefix of their addresses. */
const OTHER_CHANNELS = new Map([
  ['whatsapp', 'WhatsApp'],
  ['messenger', 'Facebook Messenger'],
  ['rcs', 'RCS'],
  ['viber', 'Viber'],
])

/** Returns the name of the channel of an address like `whatsapp:+15550100`, on which Baton is not, or undefined. */
export const otherChannel = (address: string): string | undefined =>
  OTHER_CHANNELS.get(/^\s*(\w+):/.exec(address)?.[1]?.toLowerCase() ?? '')

/** The longest path in SMTP (RFC 5321, 4.5.3.1.3). It also keeps addresses short enough for a table key. */
const LONGEST = 254

/** Returns an email address in lower case, or undefined if `text` is not one. */
export const emailAddress = (text: string): string | undefined =>
  z.email().max(LONGEST).safeParse(text.trim().toLowerCase()).data

/** Returns a domain like `@example.com`, which stands for its addresses but not its subdomains, or undefined. */
export const domain = (text: string): string | undefined => {
  const lower = text.trim().toLowerCase()
  return DOMAIN.test(lower) ? lower : undefined
}

/** Returns the list entries that would allow a number or address: itself, and its domain. */
export const entriesFor = (address: string): readonly string[] => {
  const at = address.lastIndexOf('@')
  return at > 0 ? [address, address.slice(at)] : [address]
}
