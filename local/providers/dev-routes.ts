/**
 * Development routes in front of the API: they deliver SMS and email as if from people, and list what people
 * received.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod'
import type { Before } from '../../packages/local-aws/src/http-api.ts'
import { readBody, requestUrl } from '../../packages/local-aws/src/loopback.ts'
import { sendJson } from '../../packages/local-e2b/src/json-http.ts'
import { sameSecret } from '../../packages/local-e2b/src/same-secret.ts'
import { outboxOf } from './outbox.ts'
import type { ComposedEmail } from './sendgrid/composed-email.ts'
import { newMessageId } from './sendgrid/inbound-email.ts'
import type { SendGrid } from './sendgrid/server.ts'
import { webhookOf } from './twilio/account.ts'
import type { Twilio } from './twilio/server.ts'

export interface DevRoutesOptions {
  readonly twilio: Twilio
  readonly sendgrid: SendGrid
  /** The operator's token. */
  readonly token: string
  /** Where people send SMS to. */
  readonly number: string
  /** Where people write to, unless they reply to an email with a `Reply-To`. */
  readonly emailAddress: string
}

const file = z.object({
  name: z.string().min(1),
  type: z.string().min(1).default('application/octet-stream'),
  contentBase64: z.base64(),
})

const smsBody = z.strictObject({
  from: z.string().regex(/^\+[1-9]\d{6,14}$/),
  text: z.string(),
  media: z.array(file.omit({ name: true })).default([]),
})

const address = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/)
const messageId = z.string().regex(/^<[^<>\s]+>$/)

const emailBody = z.strictObject({
  from: address,
  fromName: z.string().optional(),
  to: address.optional(),
  subject: z.string().regex(/^[^\r\n]*$/),
  text: z.string(),
  html: z.string().optional(),
  messageId: messageId.optional(),
  inReplyTo: messageId.optional(),
  references: z.array(messageId).optional(),
  attachments: z.array(file).default([]),
  /** By default the one that the account at SendGrid says, or raw. */
  mode: z.enum(['raw', 'parsed']).optional(),
})

const bodyLimit = 40 * 1024 * 1024

/** A refused request; sent as problem+json, as the API does. */
class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * Handles `GET /local/outbox`, `POST /local/sms` and `POST /local/email`, for the operator and from this machine
 * only. All other paths go to the API.
 */
export function devRoutes(options: DevRoutesOptions): Before {
  return async (request, response) => {
    const { pathname } = requestUrl(request)
    if (!pathname.startsWith('/local/')) return false
    try {
      sendJson(response, 200, await answerOf(options, request, pathname))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refuse(response, error)
    }
    return true
  }
}

async function answerOf(options: DevRoutesOptions, request: IncomingMessage, pathname: string) {
  const { method, socket, headers } = request
  requireLocal(request)
  if (!sameSecret(headers.authorization, `Bearer ${options.token}`))
    throw new Refusal(401, 'This route needs the header "Authorization: Bearer <operator token>".')
  const api = `http://127.0.0.1:${socket.localPort}/api/webhooks`
  const route = `${method} ${pathname}`
  if (route === 'GET /local/outbox') return outboxOf(options.twilio, options.sendgrid)
  if (route === 'POST /local/sms') return deliverSms(options, `${api}/sms#rc=5&rp=all`, request)
  if (route === 'POST /local/email') return deliverEmail(options, `${api}/email`, request)
  throw new Refusal(404, `There is no ${route}.`)
}

/** A tunnel may forward requests of others to this port. */
function requireLocal({
  headers: { forwarded, 'x-forwarded-for': forwardedFor },
}: IncomingMessage) {
  if (forwarded !== undefined || forwardedFor !== undefined)
    throw new Refusal(403, 'This route is for requests from this machine itself.')
}

/** Delivers to this port, unless the account at Twilio names another address. */
async function deliverSms(
  { twilio, number }: DevRoutesOptions,
  own: string,
  request: IncomingMessage,
) {
  const { from, text, media } = await bodyOf(smsBody, request)
  const webhook = webhookOf(twilio.account, number) ?? own
  return twilio.deliver({ from, body: text, media: media.map(fileOf) }, webhook)
}

/**
 * Delivers to this port, unless the account at SendGrid names another address. The email counts as authentic: SPF passes,
 * and it has a valid signature of its From domain.
 */
async function deliverEmail(options: DevRoutesOptions, own: string, request: IncomingMessage) {
  const { attachments, mode, ...given } = await bodyOf(emailBody, request)
  const thread = threadOf(given.inReplyTo, options)
  const { messageId = newMessageId(given.from), to = thread.to ?? options.emailAddress } = given
  const { references = thread.references } = given
  const dkim = `{@${given.from.split('@').at(-1)} : pass}`
  const email = { ...given, to, references, messageId, attachments: attachments.map(fileOf) }
  const verdicts = { spf: 'pass', dkim }
  const delivery =
    (await options.sendgrid.receive(email, { ...verdicts, mode })) ??
    (await options.sendgrid.deliver(email, own, { ...verdicts, mode: mode ?? 'raw' }))
  return { ...delivery, messageId }
}

/**
 * Returns what an email program takes from the email it replies to: the recipient and the thread (RFC 5322,
 * 3.6.4).
 */
function threadOf(
  inReplyTo: string | undefined,
  { sendgrid }: DevRoutesOptions,
): Partial<Pick<ComposedEmail, 'to' | 'references'>> {
  if (inReplyTo === undefined) return {}
  const answered = sendgrid.outbox.find(
    (email) => header(email.headers, 'message-id') === inReplyTo,
  )
  if (!answered) return { references: [inReplyTo] }
  const before = header(answered.headers, 'references') ?? ''
  return {
    to: header(answered.headers, 'reply-to')?.split(', ')[0] ?? answered.from,
    references: [...before.split(/\s+/).filter(Boolean), inReplyTo],
  }
}

/** Returns a header by its name in lower case. */
const header = (headers: Readonly<Record<string, string>>, wanted: string) =>
  Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1]

const fileOf = <T extends { contentBase64: string }>({ contentBase64, ...rest }: T) => ({
  ...rest,
  content: Buffer.from(contentBase64, 'base64'),
})

async function bodyOf<T>(shape: z.ZodType<T>, request: IncomingMessage): Promise<T> {
  const body = await readBody(request, bodyLimit)
  if (!body) throw new Refusal(413, `The body is longer than ${bodyLimit} bytes.`)
  const parsed = shape.safeParse(jsonOf(body))
  if (!parsed.success) throw new Refusal(400, z.prettifyError(parsed.error))
  return parsed.data
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    throw new Refusal(400, 'The body is not JSON.')
  }
}

function refuse(response: ServerResponse, { status, message: detail }: Refusal): void {
  const type = { 'content-type': 'application/problem+json' }
  sendJson(response, status, { type: 'about:blank', status, detail }, type)
}
