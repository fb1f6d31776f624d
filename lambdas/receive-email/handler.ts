/** Accepts emails that SendGrid's Inbound Parse posts. Each goes to its thread's session. */
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
import { verifyPatiently } from '../../src/adapters/verify-with.ts'
import { emailAddress } from '../../src/channels/address.ts'
import { authenticSender } from '../../src/channels/email/authentic.ts'
import { automaticReason, FROM_ITSELF } from '../../src/channels/email/automatic.ts'
import { type InboundEmail, UnreadableEmail } from '../../src/channels/email/inbound-email.ts'
import { keepFiles, keepWhole } from '../../src/channels/email/keep-files.ts'
import { readPost } from '../../src/channels/email/read-post.ts'
import { verifyPost } from '../../src/channels/email/signature.ts'
import { replySubject, sessionIdOf, threadCandidates } from '../../src/channels/email/thread.ts'
import { oneLine } from '../../src/core/one-line.ts'
import { api } from '../../src/http/api.ts'
import { Problem } from '../../src/http/problem.ts'
import { type HttpEvent, rawBody } from '../../src/http/request.ts'
import { acceptMessage } from '../../src/use-cases/accept-message.ts'
import { routes } from './routes.ts'

const ACCEPTED = { statusCode: 200, headers: { 'cache-control': 'no-store' } } as const

/**
 * SendGrid drops an email for ever on any 4xx, and tries again for three days on 5xx. So only proven forgeries are
 * refused, doubtful posts get 503, and signed posts that cannot be used are accepted.
 */
export const handler = api(
  routes,
  {
    'POST /api/webhooks/email': async ({ event, claims: raw }) => {
      await receive(raw, event.headers['content-type'] ?? '')
      return ACCEPTED
    },
  },
  signedBySendGrid,
)

/** Returns the bytes of the body that SendGrid has signed. */
async function signedBySendGrid(event: HttpEvent): Promise<Buffer> {
  const raw = rawBody(event)
  await requireSendGrid(event, raw)
  return raw
}

/**
 * Throws 403 unless SendGrid has signed the request.
 */
async function requireSendGrid(event: HttpEvent, raw: Buffer): Promise<void> {
  const signature = event.headers['x-twilio-email-event-webhook-signature']
  const timestamp = event.headers['x-twilio-email-event-webhook-timestamp']
  const matches = (key: string) => verifyPost(raw, { signature, timestamp }, key) || undefined
  // A refused email is lost, so the key is read once more after the email arrived.
  if (await verifyPatiently('SENDGRID_PUBLIC_KEY_SECRET', matches)) return
  throw new Problem(
    403,
    "This route is for SendGrid. The request's signature is missing or invalid.",
  )
}

async function receive(raw: Buffer, contentType: string): Promise<void> {
  const email = await readable(raw, contentType)
  if (email instanceof UnreadableEmail) return quarantine('email', raw, email.message)
  const own = env('EMAIL_ADDRESS')
  const automatic = automaticReason(email, own === undefined ? [] : [own])
  if (automatic === FROM_ITSELF && own !== undefined) await noteItself(email, own)
  if (automatic !== undefined) return logger.info('ignored: a program wrote it', { automatic })
  const proven = authenticSender(email)
  if ('problem' in proven) return unknown(email.from[0]?.address ?? '?', proven.problem)
  // A quoted local part may contain anything, even a second address, so such an address gets no answer.
  const address = emailAddress(proven.address)
  if (address === undefined) return unknown(proven.address, 'an unusual form of address')
  if (!(await isAllowed(address))) return unknown(address, 'email')
  await take({ ...email, subject: shortSubject(email.subject) }, address, raw)
}

/** Records an email of Baton to itself with its subject, by which `baton webhooks check` sees that email arrives. */
async function noteItself(email: InboundEmail, own: string): Promise<void> {
  const proven = authenticSender(email)
  const how = 'problem' in proven ? proven.problem : 'own address'
  await noteUnknown(own, `${how}: ${shortSubject(email.subject)}`)
}

async function unknown(address: string, reason: string): Promise<void> {
  await noteUnknown(address, reason)
  logger.info('ignored: the sender is not proven or not on the list', { reason })
}

async function readable(raw: Buffer, contentType: string): Promise<InboundEmail | UnreadableEmail> {
  try {
    return await readPost(raw, contentType)
  } catch (error) {
    if (error instanceof UnreadableEmail) return error
    throw error
  }
}

/** Accepts an email. Its Message-ID and sender identify it; without a Message-ID, its whole content does. */
async function take(email: InboundEmail, sender: string, raw: Buffer): Promise<void> {
  const id = email.messageId ?? `<${createHash('sha256').update(raw).digest('hex')}>`
  const messageId = `mail-${createHash('sha256').update(`${sender}\n${id}`).digest('base64url')}`
  const known = await sessionOfThread([id, ...threadCandidates(email)], sender)
  const sessionId = known ?? sessionIdOf(`${sender}\n${id}`)
  await rememberThread(id, sessionId, sender)
  // Quotes are removed later, because this function must not read what was said.
  const full = email.text.replaceAll(/\r\n?/g, '\n').trim()
  const text = shown(full)
  const { files: attached, leftOut } = await keepFiles(email, { sessionId, messageId })
  const whole = text === full ? undefined : await keepWhole(sessionId, messageId, full)
  const files = [...attached, ...(whole ? [whole] : [])]
  const more = leftOut > 0 ? `\n\n(More attachments that were left out: ${leftOut}.)` : ''
  await acceptMessage(
    { sessionId, messageId },
    {
      channel: 'email',
      text: (text || '(no text)') + more,
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

/** Makes the subject one line, because it must not be able to add others. */
const shortSubject = (subject: string) => [...oneLine(subject)].slice(0, MAX_SUBJECT).join('')

/** The same limit as for a message over HTTP. */
const MAX_TEXT = 128 * 1024

/** Cuts a long text. The file with the full text has the rest. */
function shown(text: string): string {
  if (Buffer.byteLength(text) <= MAX_TEXT) return text
  const cut = Buffer.from(text)
    .subarray(0, MAX_TEXT)
    .toString()
    .replace(/\uFFFD+$/, '')
  return `${cut}\n\n(The text was cut here.)`
}

/** Keeps the first reference, which names the thread, and the last ones, which email programs use. */
const LAST = 20
const ends = (references: readonly string[]): string[] => [
  ...references.slice(0, 1),
  ...references.slice(1).slice(-LAST),
]
