/** Appends a queued message to its session and wakes the run. Its body was stored before it was queued. */
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

/** Idempotent: a known message is not appended again, but it wakes the run again. */
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

/** Applies a slash command. Cancellations go to another function, which has the permissions. */
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
    // A late redelivery must not end workers that started after the command was given.
    await enqueueCancellation({ sessionId, messageId, ...stopped, ...(kill && { kill: given }) })
  const [written] = await Promise.all([flushHistory(item), wakeRun(sessionId, woken)])
  // Do this here, because there may be no run to do it: a person may send only slash commands.
  await changeSession(sessionId, (session) => transition(dropFlushed(session, written), undefined))
}

/** Handles a missing body. It is expected if the session was deleted since, and an error otherwise. */
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
