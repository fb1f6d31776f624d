/** Email threads: which session an email belongs to, and how a reply joins its thread (RFC 5322, 3.6.4). */

import { createHash, createHmac } from 'node:crypto'
import { oneLine } from '../../core/one-line.ts'
import type { InboundEmail } from './inbound-email.ts'

const MAX_CANDIDATES = 20
const MAX_SUBJECT = 200

/**
 * Reply prefixes in English, German, the Nordic languages, Dutch, French, Spanish and Portuguese; some programs number
 * them.
 */
const ANSWER = /^(?:(?:re|aw|sv|antw|tr|rv|res)(?:\[\d+\]|\(\d+\))? ?[:\uff1a] ?)+/i

/** Returns the Message-IDs that this email may continue, best first: the email it answers, then the thread from its end. */
export function threadCandidates({
  inReplyTo,
  references,
}: Pick<InboundEmail, 'inReplyTo' | 'references'>): readonly string[] {
  const ids = [...(inReplyTo ? [inReplyTo] : []), ...references.toReversed()]
  return [...new Set(ids)].slice(0, MAX_CANDIDATES)
}

/**
 * Returns the Message-ID of an outgoing email, with angle brackets. The same email always gets the same id, so a repeated
 * email is recognised. It cannot be guessed without `key`, so a person who names it has seen the email.
 */
export function ownMessageId(
  key: string,
  { sessionId, seq, name }: { sessionId: string; seq: number; name: string },
  domain: string,
): string {
  const mac = createHmac('sha256', key).update(JSON.stringify([sessionId, seq, name]))
  return `<${mac.digest('base64url').slice(0, 32)}@${domain}>`
}

/** Returns the id of the session that an email starts; the same each time the email arrives. */
export const sessionIdOf = (messageId: string): string =>
  `mail-${createHash('sha256').update(messageId).digest('base64url').slice(0, 32)}`

/** Returns `Re: ` and the subject without earlier reply prefixes, as one line of at most 200 characters. */
export function replySubject(subject: string): string {
  const base = oneLine(subject).replace(ANSWER, '')
  // Cut by characters, so that no surrogate pair is split.
  return [...`Re: ${base}`].slice(0, MAX_SUBJECT).join('').trimEnd()
}
