/** Accepts a message over HTTP. Returns its id, or the reply if the caller prefers to wait. */
import { findBody } from '../../src/adapters/bodies.ts'
import { preferredWait } from '../../src/channels/http/prefer.ts'
import { replyWithin } from '../../src/channels/http/wait-for-reply.ts'
import { api } from '../../src/http/api.ts'
import { Problem } from '../../src/http/problem.ts'
import { json } from '../../src/http/respond.ts'
import { acceptMessage, identify, type MessageIds } from '../../src/use-cases/accept-message.ts'
import { MAX_CONTENT, routes } from './routes.ts'

export const handler = api(routes, {
  'POST /api/webhooks/conductor/message': ({ body, headers }) => receive(body, headers),
  'POST /api/monitoring/test': ({ body, headers }) =>
    receive({ sessionId: 'monitoring-test', ...body }, headers),
})

interface Message {
  readonly sessionId: string
  readonly content: string
}

interface Headers {
  readonly 'Idempotency-Key': string | undefined
  readonly Prefer: string | undefined
}

async function receive({ sessionId, content: text }: Message, headers: Headers) {
  const began = Date.now()
  const size = Buffer.byteLength(text)
  if (size > MAX_CONTENT)
    throw new Problem(413, `The content has ${size} bytes, but the limit is ${MAX_CONTENT}.`)
  const ids = { sessionId, messageId: identify(sessionId, headers['Idempotency-Key']) }
  const isNew = await acceptMessage(ids, { channel: 'http', text })
  if (!isNew) await requireSame(ids, text)
  const seconds = preferredWait(headers.Prefer)
  const reply = seconds > 0 ? await replyWithin(ids, began + seconds * 1000) : undefined
  if (!reply) return json(ids, 202)
  return json({ ...ids, reply }, 200, { 'preference-applied': `wait=${seconds}` })
}

/** Throws 422 if the key belongs to another message, which a caller would otherwise believe to be accepted. */
async function requireSame({ sessionId, messageId }: MessageIds, text: string): Promise<void> {
  const known = await findBody(sessionId, messageId)
  if (!known || known.body.text === text) return
  throw new Problem(
    422,
    `This Idempotency-Key belongs to another message in session ${sessionId}. This one was not accepted, and repeating it does not help. Send it with a key of its own.`,
  )
}
