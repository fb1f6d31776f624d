/** Accepts what SendGrid's Inbound Parse posts: an email for its thread's session. */
import { createHash } from 'node:crypto'
import {
  isAllowed,
  noteUnknown,
  rememberThread,
  sessionOfThread,
} from '../../src/adapters/contacts.ts'
import { env } from '../../src/adapters/environment.ts'
import { logger } from '../../src/adapters/logger.ts'
import { quarantine } from '../../src/adapters/quarantine.ts'
import { latestSecret, secret } from '../../src/adapters/secrets.ts'
import { emailAddress } from '../../src/channels/address.ts'
import { authenticSender } from '../../src/channels/email/authentic.ts'
import { automaticReason } from '../../src/channels/email/automatic.ts'
import { type InboundEmail, UnreadableEmail } from '../../src/channels/email/inbound-email.ts'
import { keepFiles } from '../../src/channels/email/keep-files.ts'
import { readPost } from '../../src/channels/email/read-post.ts'
import { verifyPost } from '../../src/channels/email/signature.ts'
import { stripQuotedText } from '../../src/channels/email/strip-quoted-text.ts'
import { replySubject, sessionIdOf, threadCandidates } from '../../src/channels/email/thread.ts'
import { api } from '../../src/http/api.ts'
import { Problem } from '../../src/http/problem.ts'
import { type HttpEvent, rawBody } from '../../src/http/request.ts'
import type { HttpResponse } from '../../src/http/respond.ts'
import { acceptMessage } from '../../src/use-cases/accept-message.ts'
import { routes } from './routes.ts'

const TAKEN: HttpResponse = { statusCode: 200, headers: { 'cache-control': 'no-store' } }

/**
 * SendGrid drops an email for ever on any 4xx, and tries again for three days on 5xx: only what is proven to be forged is
 * refused, whatever is in doubt is 503, and what is signed and cannot be used is taken.
 */
export const handler = api(routes, {
  'POST /api/webhooks/email': async (event) => {
    const raw = rawBody(event)
    await requireSendGrid(event, raw)
    await receive(raw, event.headers['content-type'] ?? '')
    return TAKEN
  },
})

/** Throws 403 unless SendGrid has signed the request; a key that does not fit is read once more, for it may be a new one. */
async function requireSendGrid(event: HttpEvent, raw: Buffer): Promise<void> {
  const signature = event.headers['x-twilio-email-event-webhook-signature']
  const timestamp = event.headers['x-twilio-email-event-webhook-timestamp']
  const fits = (key: string) => verifyPost(raw, { signature, timestamp }, key)
  if (fits(await secret('SENDGRID_PUBLIC_KEY_SECRET'))) return
  // What is refused is lost: not before the key was read after the email had come.
  if (fits(await latestSecret('SENDGRID_PUBLIC_KEY_SECRET'))) return
  throw new Problem(403, 'This route is for SendGrid: its signature is missing or does not fit.')
}

async function receive(raw: Buffer, contentType: string): Promise<void> {
  const email = await readable(raw, contentType)
  if (email instanceof UnreadableEmail) return quarantine('email', raw, email.message)
  const own = env('EMAIL_ADDRESS')
  const automatic = automaticReason(email, own === undefined ? [] : [own])
  if (automatic !== undefined) return logger.info('not taken: nobody wrote it', { automatic })
  const proven = authenticSender(email)
  if ('problem' in proven) return unknown(email.from[0]?.address ?? '?', proven.problem)
  // Quoted local parts may hold anything, a second address as well: nobody is answered at one.
  const address = emailAddress(proven.address)
  if (address === undefined) return unknown(proven.address, 'an address of an odd form')
  if (!(await isAllowed(address))) return unknown(address, 'email')
  await take({ ...email, subject: oneLine(email.subject) }, address, raw)
}

async function unknown(address: string, reason: string): Promise<void> {
  await noteUnknown(address, reason)
  logger.info('not taken: the sender is not proven, or not on the list', { reason })
}

async function readable(raw: Buffer, contentType: string): Promise<InboundEmail | UnreadableEmail> {
  try {
    return await readPost(raw, contentType)
  } catch (error) {
    if (error instanceof UnreadableEmail) return error
    throw error
  }
}

/** An email is known by its Message-ID and its sender; one without is known by all that it is. */
async function take(email: InboundEmail, sender: string, raw: Buffer): Promise<void> {
  const id = email.messageId ?? `<${createHash('sha256').update(raw).digest('hex')}>`
  const messageId = `mail-${createHash('sha256').update(`${sender}\n${id}`).digest('base64url')}`
  const known = await sessionOfThread([id, ...threadCandidates(email)], sender)
  const sessionId = known ?? sessionIdOf(`${sender}\n${id}`)
  await rememberThread(id, sessionId, sender)
  // In a sandbox it stands in the paths of its files: no longer than need be.
  const folder = messageId.slice(5, 17).replaceAll(/[^A-Za-z0-9]/g, 'x')
  const said = shown(stripQuotedText(email.text, email.subject))
  const shortened = isShorter(said, email.text)
  const { files, whole, leftOut } = await keepFiles(email, { sessionId, folder, shortened })
  const more = leftOut > 0 ? `\n\n(${leftOut} more attachments were left out.)` : ''
  await acceptMessage(
    { sessionId, messageId },
    {
      channel: 'email',
      text: (said || '(no text)') + more,
      sender,
      subject: email.subject,
      ...(files.length > 0 && { files }),
      ...(whole && { whole }),
      replyTo: [
        {
          channel: 'email',
          address: sender,
          subject: replySubject(email.subject),
          ...(email.messageId !== undefined && { messageId: email.messageId }),
          references: ends(email.references),
        },
      ],
    },
  )
}

const MAX_SUBJECT = 500

/** It is shown as a line of its own, and must not be able to make others. */
const oneLine = (subject: string) =>
  [...subject.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()].slice(0, MAX_SUBJECT).join('')

/** As much as a message over HTTP may have. */
const MAX_TEXT = 128 * 1024

/** The rest is in the file of the whole email. */
function shown(text: string): string {
  if (Buffer.byteLength(text) <= MAX_TEXT) return text
  const cut = Buffer.from(text)
    .subarray(0, MAX_TEXT)
    .toString()
    .replace(/\uFFFD+$/, '')
  return `${cut}\n\n(The rest was left out.)`
}

/** The first one names a thread; of the others those that an email program would go by. */
const LAST = 20
const ends = (references: readonly string[]): string[] => [
  ...references.slice(0, 1),
  ...references.slice(1).slice(-LAST),
]

const isShorter = (said: string, whole: string) =>
  said.replaceAll(/\s+/g, '').length < whole.replaceAll(/\s+/g, '').length
