/** Appends a queued message to its session and wakes the run; the body has been stored by whoever queued it. */
import { findBody } from '../adapters/bodies.ts'
import { writeEntries } from '../adapters/history.ts'
import type { Queued } from '../adapters/queue.ts'
import { changeOrBegin } from '../adapters/sessions.ts'
import type { Body } from '../core/message.ts'
import { type Arrival, append } from '../core/run/append.ts'
import { wake } from './wake.ts'

/** Idempotent: a message that is known is not appended again, but wakes again. */
export async function appendMessage({ sessionId, messageId, channel }: Queued): Promise<void> {
  const { body, appended } = await findBody(sessionId, messageId)
  const { item, answer } = await changeOrBegin(sessionId, channel, (session) =>
    append(session, { ...arrivalOf(messageId, body), appended }),
  )
  await Promise.all([wake(sessionId, answer), writeEntries(item)])
}

function arrivalOf(id: string, body: Body): Arrival {
  const arrival = { id, from: body.from, size: Buffer.byteLength(body.text) }
  if (body.from !== 'worker') return arrival
  const { workerId, leg, run } = body
  return { ...arrival, leg: { workerId, leg, run } }
}
