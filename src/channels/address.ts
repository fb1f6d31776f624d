/** Numbers, addresses and domains of people, each in its one form. */
import * as z from 'zod'

const NUMBER = /^\+[1-9]\d{6,14}$/
const DOMAIN = /^@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/

/** A phone number as E.164 writes it, without what people put between its digits; nothing when it is none. */
export function phoneNumber(text: string): string | undefined {
  const number = text.trim().replaceAll(/[ ().-]/g, '')
  return NUMBER.test(number) ? number : undefined
}

/** What a path of SMTP holds (RFC 5321, 4.5.3.1.3); a longer one would be no key of a table either. */
const LONGEST = 254

/** A mail address in lower case; nothing when it is none. */
export const emailAddress = (text: string): string | undefined =>
  z.email().max(LONGEST).safeParse(text.trim().toLowerCase()).data

/** `@example.com`: every address of that domain, and none of its subdomains. */
export const domain = (text: string): string | undefined => {
  const lower = text.trim().toLowerCase()
  return DOMAIN.test(lower) ? lower : undefined
}

/** The entries of a list that would let a number or address in. */
export const entriesFor = (address: string): readonly string[] => {
  const at = address.lastIndexOf('@')
  return at > 0 ? [address, address.slice(at)] : [address]
}
