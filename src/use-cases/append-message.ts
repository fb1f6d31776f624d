/** Appends a queued message to its session and wakes the run; the body has been stored by whoever queued it. */
import { randomUUID } from 'node:crypto'
import { findBody, MissingBody } from '../adapters/bodies.ts'
import { writeEntries } from '../adapters/history.ts'
import { readLedger } from '../adapters/ledgers.ts'
import { enqueueEnding, type Queued } from '../adapters/queues.ts'
import { changeOrBegin, changeSession, isDeleted } from '../adapters/sessions.ts'
import type { Body } from '../core/message.ts'
import type { Order } from '../core/slash-command.ts'
import { step } from '../core/transition.ts'
import { type Arrival, append } from '../protocol/append.ts'
import { obey } from '../protocol/slash-command.ts'
import { forgetWritten } from '../protocol/take-messages.ts'
import { settleHistory } from './flush-history.ts'
import { wake } from './wake-run.ts'

/** Idempotent: a message that is known is not appended again, but wakes again. */
export async function appendMessage(message: Queued): Promise<void> {
  const { sessionId, messageId, channel } = message
  const found = await findBody(sessionId, messageId)
  if (!found) return lost(message)
  const { body, appended } = found
  const arrival = { ...arrivalOf(messageId, body), appended }
  if (body.from === 'person' && body.order !== undefined)
    return obeyPerson(message, arrival, { order: body.order, at: body.at })
  const { item, answer } = await changeOrBegin(sessionId, channel, (session) =>
    append(session, arrival),
  )
  const seq = item.seen[messageId]
  await Promise.all([
    wake(sessionId, answer),
    seq !== undefined && writeEntries(item, (entry) => entry.seq === seq),
  ])
}

/** An order takes its place among the messages; what it ends is ended by whoever has the right to. */
async function obeyPerson(
  { sessionId, messageId, channel }: Queued,
  arrival: Arrival,
  { order, at: given }: { order: Order; at: string },
): Promise<void> {
  const { total: models } = await readLedger(sessionId)
  const ordered = { order, models, cliSession: randomUUID(), at: new Date().toISOString() }
  const { item, answer } = await changeOrBegin(sessionId, channel, (session) =>
    obey(session, arrival, ordered),
  )
  const { wake: woken, stopped, kill } = answer
  if (stopped || kill)
    // What began after it was given is none of its business, however late it is delivered once more.
    await enqueueEnding({ sessionId, messageId, ...stopped, ...(kill && { kill: given }) })
  const [written] = await Promise.all([settleHistory(item), wake(sessionId, woken)])
  // No run may come to do it: a person may give nothing but orders.
  await changeSession(sessionId, (session) => step(forgetWritten(session, written), undefined))
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
    const { channel, raises = false, sender, files } = body
    return { ...arrival, person: { channel, raises, sender, files } }
  }
  const { workerId, leg, run, seconds, failed } = body
  return { ...arrival, leg: { workerId, leg, run, seconds, ...(failed && { failed }) } }
}
