/** Which conversation a mail belongs to, and what makes an answer to it part of the same thread (RFC 5322, 3.6.4). */
import { createHash, createHmac } from 'node:crypto'
import type { InboundEmail } from './inbound-email.ts'

const MAX_CANDIDATES = 20
const MAX_SUBJECT = 200

/** What stands for "answer to" in English, German, the Nordic languages, Dutch, French, Spanish and Portuguese; some count. */
const ANSWER = /^(?:(?:re|aw|sv|antw|tr|rv|res)(?:\[\d+\]|\(\d+\))? ?[:：] ?)+/i

/** The Message-IDs of mails that this one may continue, best first: what it answers, then the thread from its end. */
export function threadCandidates({
  inReplyTo,
  references,
}: Pick<InboundEmail, 'inReplyTo' | 'references'>): readonly string[] {
  const ids = [...(inReplyTo ? [inReplyTo] : []), ...references.toReversed()]
  return [...new Set(ids)].slice(0, MAX_CANDIDATES)
}

/**
 * The Message-ID of a mail of ours, with angle brackets. The same mail always has the same one, so that sending it again
 * is seen to be that; and it cannot be guessed without `key`, so that whoever names it has seen the mail.
 */
export function ownMessageId(
  key: string,
  { sessionId, seq, name }: { sessionId: string; seq: number; name: string },
  domain: string,
): string {
  const mac = createHmac('sha256', key).update(JSON.stringify([sessionId, seq, name]))
  return `<${mac.digest('base64url').slice(0, 32)}@${domain}>`
}

/** The session that a mail begins: the same one each time that the mail is delivered. */
export const sessionIdOf = (messageId: string): string =>
  `mail-${createHash('sha256').update(messageId).digest('base64url').slice(0, 32)}`

/** `Re: ` and the subject without what earlier answers put before it; one line, and no longer than 200 characters. */
export function replySubject(subject: string): string {
  const base = subject
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .replace(ANSWER, '')
  // By characters, since half of a pair of surrogates is no text.
  return [...`Re: ${base}`].slice(0, MAX_SUBJECT).join('').trimEnd()
}
