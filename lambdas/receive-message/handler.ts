/** Accepts a message over HTTP; answers its id, or its reply to whoever prefers to wait for it. */
import * as z from 'zod'
import { preferredWait } from '../../src/channels/http/prefer.ts'
import { replyWithin } from '../../src/channels/http/wait-for-reply.ts'
import { requireOperator } from '../../src/http/authenticate.ts'
import { http } from '../../src/http/http.ts'
import { Problem } from '../../src/http/problem.ts'
import { check, type HttpEvent, jsonBody, rawBody, sessionId } from '../../src/http/request.ts'
import { json } from '../../src/http/respond.ts'
import { acceptMessage, identify } from '../../src/use-cases/accept-message.ts'

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

export const handler = http(async (event) => {
  const began = Date.now()
  await requireOperator(event.headers.authorization)
  const { sessionId: session, content: text } = read(event)
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
})

function read(event: HttpEvent): { readonly sessionId: string; readonly content: string } {
  switch (event.routeKey) {
    case 'POST /api/webhooks/conductor/message':
      return jsonBody(event, message, MAX_BODY)
    case 'POST /api/monitoring/test': {
      const given = rawBody(event).length > 0 ? jsonBody(event, probe, MAX_BODY) : probe.parse({})
      return { sessionId: 'monitoring-test', ...given }
    }
    default:
      throw new Problem(404, `There is no route ${event.routeKey}.`)
  }
}
