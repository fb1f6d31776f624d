/** Accepts a message over HTTP: stores its body, puts its id on its session's queue. */
import { createHash, randomUUID } from 'node:crypto'
import * as z from 'zod'
import { putBody } from '../adapters/bodies.ts'
import { enqueue } from '../adapters/queue.ts'
import { requireOperator } from '../http/authenticate.ts'
import { http } from '../http/http.ts'
import { Problem } from '../http/problem.ts'
import { check, jsonBody, sessionId } from '../http/request.ts'
import { json } from '../http/respond.ts'

const MAX_CONTENT = 128 * 1024
/** JSON may need six bytes for one (`\u0001`), and the other fields some more. */
const MAX_BODY = 6 * MAX_CONTENT + 4096

const message = z.strictObject({
  source: z.literal('USER').default('USER'),
  content: z
    .string()
    .refine((text) => text.trim() !== '', 'must not be empty')
    .refine((text) => text.isWellFormed(), 'has half a surrogate pair: it is not Unicode'),
  sessionId: sessionId.default('main'),
})

/** Where a run has paused at a budget, this raises it. It reaches the conductor like any other message. */
const CONTINUE = /^\s*\/?continue\s*[.!]?\s*$/i

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'an Idempotency-Key is 1 to 255 printable ASCII characters')

export const handler = http(async (event) => {
  await requireOperator(event.headers.authorization)
  const { content, sessionId } = jsonBody(event, message, MAX_BODY)
  const size = Buffer.byteLength(content)
  if (size > MAX_CONTENT)
    throw new Problem(413, `The content has ${size} bytes; at most ${MAX_CONTENT} are taken.`)
  const messageId = identify(sessionId, event.headers['idempotency-key'])
  const at = new Date().toISOString()
  const first = await putBody(sessionId, messageId, {
    from: 'person',
    channel: 'http',
    text: content,
    at,
    ...(CONTINUE.test(content) && { raises: true }),
  })
  await enqueue({ sessionId, messageId, channel: 'http' }, { first })
  return json({ sessionId, messageId }, 202)
})

/** The same key in the same session is the same message; without one each request is its own. */
function identify(sessionId: string, key: string | undefined): string {
  if (key === undefined) return `m-${randomUUID()}`
  const checked = check(idempotencyKey, key, 'The Idempotency-Key header')
  return `k-${createHash('sha256').update(`${sessionId}\n${checked}`).digest('base64url')}`
}
