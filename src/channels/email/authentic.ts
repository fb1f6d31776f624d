/** Whether a mail comes from whom it says it does. */
import { domainToASCII } from 'node:url'
import { getDomain } from 'tldts'
import type { InboundEmail } from './inbound-email.ts'

type Verdicts = Pick<InboundEmail, 'from' | 'envelope' | 'spf' | 'dkim'>

/**
 * The sender's address, when the domain behind it vouches for the mail: by a signature (DKIM, RFC 6376) or by the server
 * that it came from (SPF, RFC 7208), of a domain of the same organisation as the address (DMARC's relaxed alignment,
 * RFC 7489, 3.1). That some domain vouches for it proves nothing: anyone has one. Otherwise the problem.
 *
 * Only what SendGrid found counts: `Authentication-Results` in the mail may be the sender's own. Not looked at are what
 * the domain asks receivers to do (DMARC policy) and what forwarders vouch for (ARC).
 */
export function authenticSender(mail: Verdicts): { address: string } | { problem: string } {
  const [sender, ...others] = mail.from
  if (!sender) return { problem: 'The mail names no sender.' }
  if (others.length > 0) return { problem: 'The mail names several senders.' }
  const organisation = organisationOf(domainOf(sender.address))
  if (!organisation) return { problem: "The sender's address has no domain that could be checked." }
  const vouching = [
    ...mail.dkim.filter(({ result }) => result === 'pass').map(({ domain }) => domain),
    ...(mail.spf === 'pass' ? [domainOf(mail.envelope.from)] : []),
  ]
  return vouching.some((domain) => organisationOf(domain) === organisation)
    ? { address: sender.address }
    : { problem: `Nothing shows that the mail comes from ${organisation}.` }
}

const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1).replace(/>$/, '')

/** By the public suffix list, with the domains under which strangers have theirs, as under github.io. */
function organisationOf(domain: string): string | undefined {
  // Nothing but a name: of one with a port or a path, another part would be looked at.
  if (!/^[\p{L}\p{M}\p{N}._-]+$/u.test(domain)) return undefined
  const host = domainToASCII(domain.replace(/\.$/, ''))
  return getDomain(host, { allowPrivateDomains: true }) ?? undefined
}
