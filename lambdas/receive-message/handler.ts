/** Accepts a message over HTTP. Returns its id, or the reply if the caller prefers to wait. */
import { preferredWait } from '../../src/channels/http/prefer.ts'
import { replyWithin } from '../../src/channels/http/wait-for-reply.ts'
import { api } from '../../src/http/api.ts'
import { Problem } from '../../src/http/problem.ts'
import { json } from '../../src/http/respond.ts'
import { acceptMessage, identify } from '../../src/use-cases/accept-message.ts'
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
  await acceptMessage(ids, { channel: 'http', text })
  const seconds = preferredWait(headers.Prefer)
  const reply = seconds > 0 ? await replyWithin(ids, began + seconds * 1000) : undefined
  if (!reply) return json(ids, 202)
  return json({ ...ids, reply }, 200, { 'preference-applied': `wait=${seconds}` })
}
