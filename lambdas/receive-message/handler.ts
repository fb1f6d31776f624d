/** Accepts a message over HTTP; answers its id, or its reply to whoever prefers to wait for it. */
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
/** JSON may need six bytes for one (`\u0001`), and the other fields some more. */
const MAX_BODY = 6 * MAX_CONTENT + 4096

const content = z
  .string()
  .refine((text) => text.trim() !== '', 'must not be empty')
  .refine((text) => text.isWellFormed(), 'has half a surrogate pair: it is not Unicode')

const message = z.strictObject({
  source: z.literal('USER').default('USER'),
  content,
  sessionId: sessionId.default('main'),
})

/** What monitoring sends to see whether everything works, from the queue to the conductor. */
const probe = z.strictObject({
  content: content.default('This is a test of the whole way. Please answer in one short line.'),
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
    throw new Problem(413, `The content has ${size} bytes; at most ${MAX_CONTENT} are taken.`)
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
