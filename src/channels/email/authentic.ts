/** Decides whether an email really comes from the sender it names. */
import { domainToASCII } from 'node:url'
import { getDomain } from 'tldts'
import type { InboundEmail } from './inbound-email.ts'

type Verdicts = Pick<InboundEmail, 'from' | 'envelope' | 'spf' | 'dkim'>

/**
 * Returns the sender's address if its domain vouches for the email, otherwise the problem. A domain vouches by a
 * signature (DKIM, RFC 6376) or by the sending server (SPF, RFC 7208). It must belong to the same organisation as the
 * address (DMARC's relaxed alignment, RFC 7489, 3.1), because anyone can get another domain to vouch.
 *
 * Only SendGrid's verdicts count, because the sender may have written `Authentication-Results`. The domain's DMARC policy
 * and forwarders' seals (ARC) are ignored.
 */
export function authenticSender(email: Verdicts): { address: string } | { problem: string } {
  const [sender, ...others] = email.from
  if (!sender) return { problem: 'The email names no sender.' }
  if (others.length > 0) return { problem: 'The email names several senders.' }
  const organisation = organisationOf(domainOf(sender.address))
  if (!organisation) return { problem: "The sender's address has no valid domain." }
  const vouching = [
    ...email.dkim.filter(({ result }) => result === 'pass').map(({ domain }) => domain),
    ...(email.spf === 'pass' ? [domainOf(email.envelope.from)] : []),
  ]
  return vouching.some((domain) => organisationOf(domain) === organisation)
    ? { address: sender.address }
    : { problem: `Neither SPF nor DKIM proves that the email comes from ${organisation}.` }
}

const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1).replace(/>$/, '')

/** Returns the registrable domain by the public suffix list, including private suffixes like github.io. */
function organisationOf(domain: string): string | undefined {
  // Only plain names: with a port or a path, getDomain would look at another part.
  if (!/^[\p{L}\p{M}\p{N}._-]+$/u.test(domain)) return undefined
  const host = domainToASCII(domain.replace(/\.$/, ''))
  return getDomain(host, { allowPrivateDomains: true }) ?? undefined
}
