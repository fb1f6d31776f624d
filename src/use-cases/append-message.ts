/** Appends a queued message to its session and wakes the run; the body has been stored by whoever queued it. */
import { randomUUID } from 'node:crypto'
import { findBody, MissingBody } from '../adapters/bodies.ts'
import { writeEntries } from '../adapters/history.ts'
import { readLedger } from '../adapters/ledgers.ts'
import { enqueueCancellation, type QueuedMessage } from '../adapters/queues.ts'
import { changeOrBegin, changeSession, isDeleted } from '../adapters/sessions.ts'
import type { Body } from '../core/message.ts'
import type { SlashCommand } from '../core/slash-command.ts'
import { transition } from '../core/transition.ts'
import { type Arrival, append } from '../protocol/append.ts'
import { applySlashCommand } from '../protocol/slash-command.ts'
import { dropFlushed } from '../protocol/take-messages.ts'
import { flushHistory } from './flush-history.ts'
import { wakeRun } from './wake-run.ts'

/** Idempotent: a message that is known is not appended again, but wakes again. */
export async function appendMessage(message: QueuedMessage): Promise<void> {
  const { sessionId, messageId, channel } = message
  const found = await findBody(sessionId, messageId)
  if (!found) return lost(message)
  const { body, appended } = found
  const arrival = { ...arrivalOf(messageId, body), appended }
  if (body.from === 'person' && body.slashCommand !== undefined)
    return appendSlashCommand(message, arrival, { slashCommand: body.slashCommand, at: body.at })
  const { item, output } = await changeOrBegin(sessionId, channel, (session) =>
    append(session, arrival),
  )
  const seq = item.seen[messageId]
  await Promise.all([
    wakeRun(sessionId, output),
    seq !== undefined && writeEntries(item, (entry) => entry.seq === seq),
  ])
}

/** A slash command takes its place among the messages. What it ends is ended by a function that has the right to. */
async function appendSlashCommand(
  { sessionId, messageId, channel }: QueuedMessage,
  arrival: Arrival,
  { slashCommand, at: given }: { slashCommand: SlashCommand; at: string },
): Promise<void> {
  const { total: models } = await readLedger(sessionId)
  const request = { slashCommand, models, cliSession: randomUUID(), at: new Date().toISOString() }
  const { item, output } = await changeOrBegin(sessionId, channel, (session) =>
    applySlashCommand(session, arrival, request),
  )
  const { wake: woken, stopped, kill } = output
  if (stopped || kill)
    // What began after it was given is none of its business, however late it is delivered once more.
    await enqueueCancellation({ sessionId, messageId, ...stopped, ...(kill && { kill: given }) })
  const [written] = await Promise.all([flushHistory(item), wakeRun(sessionId, woken)])
  // No run may come to do it: a person may give nothing but orders.
  await changeSession(sessionId, (session) => transition(dropFlushed(session, written), undefined))
}

/** Delivered once more after its session was deleted, and its content with it; otherwise a fault that somebody must see. */
async function lost({ sessionId, messageId }: QueuedMessage): Promise<void> {
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
