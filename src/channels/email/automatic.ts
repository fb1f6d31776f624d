/** Detects emails written by programs. Answering one could start a loop. */
import type { InboundEmail } from './inbound-email.ts'

type Signs = Pick<InboundEmail, 'envelope' | 'from' | 'header'>

/** Values of Precedence from RFC 2076, and others that programs use. */
const BULK = new Set(['bulk', 'list', 'junk', 'auto_reply'])
const LIST_HEADERS = ['List-Id', 'List-Unsubscribe', 'List-Post']
const AUTOMATIC_HEADERS = ['X-Autoreply', 'X-Autorespond']
const MACHINES =
  /^(?:mailer-daemon|postmaster|(?:.*[-+_.])?(?:no|do[-_.]?not)[-_.]?reply)(?:[-+_.].*)?$/

/**
 * Returns why an email must not be answered, or undefined if a person may have written it (RFC 3834, 2).
 *
 * `X-Auto-Response-Suppress` is not a reason. It asks for no automatic responses (MS-OXPROPS, PidTagAutoResponseSuppress)
 * but does not mark the email itself as one; Exchange also adds it to emails that people write. Out-of-office notes also
 * have `Auto-Submitted` or an empty envelope.
 *
 * @param ownAddresses Baton's own addresses; one that begins with `@` stands for a whole domain
 */
export function automaticReason(email: Signs, ownAddresses: readonly string[]): string | undefined {
  return reasonOfEnvelope(email) ?? reasonOfHeaders(email) ?? reasonOfSender(email, ownAddresses)
}

function reasonOfEnvelope({ envelope, header }: Signs): string | undefined {
  if (envelope.from === '') return 'it is a bounce: its envelope names no sender'
  const returnPath = header('Return-Path')?.replaceAll(/\s/g, '')
  return returnPath === '<>' ? 'it is a bounce: its return path is empty' : undefined
}

function reasonOfHeaders({ header }: Signs): string | undefined {
  const submitted = token(header('Auto-Submitted'))
  if (submitted && submitted !== 'no') return `it is ${submitted} (Auto-Submitted)`
  const precedence = token(header('Precedence'))
  if (precedence && BULK.has(precedence)) return `its precedence is ${precedence}`
  const list = LIST_HEADERS.find((name) => header(name) !== undefined)
  if (list) return `it comes from a mailing list (${list})`
  const automatic = AUTOMATIC_HEADERS.find((name) => (token(header(name)) ?? 'no') !== 'no')
  if (automatic) return `it is an automatic response (${automatic})`
  return token(header('Content-Type')) === 'multipart/report' ? 'it is a report' : undefined
}

function reasonOfSender({ from }: Signs, ownAddresses: readonly string[]): string | undefined {
  const own = new Set(ownAddresses.map((address) => address.toLowerCase()))
  for (const { address } of from) {
    const at = address.lastIndexOf('@')
    const [local, domain] = [address.slice(0, at), address.slice(at)]
    if (MACHINES.test(local)) return 'its sender address belongs to a program'
    const [base = ''] = local.split('+')
    if ([address, base + domain, domain].some((each) => own.has(each)))
      return "it comes from one of Baton's own addresses"
  }
  return undefined
}

/** Returns the value in lower case, without parameters or comments (RFC 3834, 5). */
const token = (value: string | undefined) => value?.split(/[;(]/)[0]?.trim().toLowerCase()
