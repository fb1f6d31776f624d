/** Whether a mail was written by a program: to answer it could be to begin a loop. */
import type { InboundEmail } from './inbound-email.ts'

type Signs = Pick<InboundEmail, 'envelope' | 'from' | 'header'>

/** Of RFC 2076, and of what programs write beside it. */
const BULK = new Set(['bulk', 'list', 'junk', 'auto_reply'])
const LIST_HEADERS = ['List-Id', 'List-Unsubscribe', 'List-Post']
const AUTOMATIC_HEADERS = ['X-Autoreply', 'X-Autorespond']
const MACHINES =
  /^(?:mailer-daemon|postmaster|(?:.*[-+_.])?(?:no|do[-_.]?not)[-_.]?reply)(?:[-+_.].*)?$/

/**
 * Why a mail is not to be answered, or nothing when a person may have written it (RFC 3834, 2).
 *
 * `X-Auto-Response-Suppress` is no reason. It asks for no automatic answers (MS-OXPROPS, PidTagAutoResponseSuppress) and
 * does not say that the mail is one itself; Exchange also puts it on what people write. Where a program writes it, as in
 * an out-of-office note, `Auto-Submitted` or an empty envelope comes along.
 *
 * @param ownAddresses those that we write from and receive at; one that begins with `@` stands for a whole domain
 */
export function automaticReason(mail: Signs, ownAddresses: readonly string[]): string | undefined {
  return reasonOfEnvelope(mail) ?? reasonOfHeaders(mail) ?? reasonOfSender(mail, ownAddresses)
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
  if (list) return `it comes from a list (${list})`
  const automatic = AUTOMATIC_HEADERS.find((name) => (token(header(name)) ?? 'no') !== 'no')
  if (automatic) return `it is an automatic answer (${automatic})`
  return token(header('Content-Type')) === 'multipart/report' ? 'it is a report' : undefined
}

function reasonOfSender({ from }: Signs, ownAddresses: readonly string[]): string | undefined {
  const own = new Set(ownAddresses.map((address) => address.toLowerCase()))
  for (const { address } of from) {
    const at = address.lastIndexOf('@')
    const [local, domain] = [address.slice(0, at), address.slice(at)]
    if (MACHINES.test(local)) return 'it comes from a machine'
    const [base = ''] = local.split('+')
    if ([address, base + domain, domain].some((mine) => own.has(mine)))
      return 'it comes from ourselves'
  }
  return undefined
}

/** Without what follows a semicolon or a comment (RFC 3834, 5), in lower case. */
const token = (value: string | undefined) => value?.split(/[;(]/)[0]?.trim().toLowerCase()
