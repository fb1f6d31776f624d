/** Accepts a message over HTTP. Returns its id, or the reply if the caller prefers to wait. */
import * as z from 'zod'
import { preferredWait } from '../../src/channels/http/prefer.ts'
import { replyWithin } from '../../src/channels/http/wait-for-reply.ts'
import { api } from '../../src/http/api.ts'
import { Problem } from '../../src/http/problem.ts'
import { check, type HttpEvent, jsonBody, rawBody, sessionId } from '../../src/http/request.ts'
import { type HttpResponse, json } from '../../src/http/respond.ts'
import { acceptMessage, identify } from '../../src/use-cases/accept-message.ts'
import { routes } from './routes.ts'

const MAX_CONTENT = 128 * 1024
/** JSON may need six bytes for one (`\u0001`); the other fields need some more. */
const MAX_BODY = 6 * MAX_CONTENT + 4096

const content = z
  .string()
  .refine((text) => text.trim() !== '', 'must not be empty')
  .refine((text) => text.isWellFormed(), 'is not valid Unicode: it contains half a surrogate pair')

const message = z.strictObject({
  source: z.literal('USER').default('USER'),
  content,
  sessionId: sessionId.default('main'),
})

/** The message with which monitoring tests everything from the queue to the conductor. */
const probe = z.strictObject({
  content: content.default('This is an end-to-end test. Please answer in one short line.'),
})

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'an Idempotency-Key is 1 to 255 printable ASCII characters')

export const handler = api(routes, {
  'POST /api/webhooks/conductor/message': (event) =>
    receive(event, jsonBody(event, message, MAX_BODY)),
  'POST /api/monitoring/test': (event) => {
    const given = rawBody(event).length > 0 ? jsonBody(event, probe, MAX_BODY) : probe.parse({})
    return receive(event, { sessionId: 'monitoring-test', ...given })
  },
})

async function receive(
  event: HttpEvent,
  { sessionId: session, content: text }: { readonly sessionId: string; readonly content: string },
): Promise<HttpResponse> {
  const began = Date.now()
  const size = Buffer.byteLength(text)
  if (size > MAX_CONTENT)
    throw new Problem(413, `The content has ${size} bytes, but the limit is ${MAX_CONTENT}.`)
  const key = event.headers['idempotency-key']
  const ids = {
    sessionId: session,
    messageId: identify(
      session,
      key === undefined ? key : check(idempotencyKey, key, 'The Idempotency-Key header'),
    ),
  }
  await acceptMessage(ids, { channel: 'http', text })
  const seconds = preferredWait(event.headers.prefer)
  const reply = seconds > 0 ? await replyWithin(ids, began + seconds * 1000) : undefined
  if (!reply) return json(ids, 202)
  return json({ ...ids, reply }, 200, { 'preference-applied': `wait=${seconds}` })
}
