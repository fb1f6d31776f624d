/** Appends a queued message to its session and wakes the run; the body has been stored by whoever queued it. */
import { findBody, MissingBody } from '../adapters/bodies.ts'
import { writeEntries } from '../adapters/history.ts'
import type { Queued } from '../adapters/queue.ts'
import { changeOrBegin, isDeleted } from '../adapters/sessions.ts'
import type { Body } from '../core/message.ts'
import { type Arrival, append } from '../core/run/append.ts'
import { wake } from './wake.ts'

/** Idempotent: a message that is known is not appended again, but wakes again. */
export async function appendMessage(message: Queued): Promise<void> {
  const { sessionId, messageId, channel } = message
  const found = await findBody(sessionId, messageId)
  if (!found) return lost(message)
  const { body, appended } = found
  const { item, answer } = await changeOrBegin(sessionId, channel, (session) =>
    append(session, { ...arrivalOf(messageId, body), appended }),
  )
  const seq = item.seen[messageId]
  await Promise.all([
    wake(sessionId, answer),
    seq !== undefined && writeEntries(item, (entry) => entry.seq === seq),
  ])
}

/** Delivered once more after its session was deleted, and its content with it; otherwise a fault that somebody must see. */
async function lost({ sessionId, messageId }: Queued): Promise<void> {
  if (await isDeleted(sessionId)) return
  throw new MissingBody(sessionId, messageId)
}

function arrivalOf(id: string, body: Body): Arrival {
  const arrival = { id, from: body.from, size: Buffer.byteLength(body.text), now: Date.now() }
  if (body.from === 'system') return arrival
  if (body.from === 'person') {
    const { channel, raises = false } = body
    return { ...arrival, person: { channel, raises } }
  }
  const { workerId, leg, run, seconds, failed } = body
  return { ...arrival, leg: { workerId, leg, run, seconds, ...(failed && { failed }) } }
}
