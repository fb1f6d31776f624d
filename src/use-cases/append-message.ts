/** Appends a queued message to its session and wakes the run. Its body was stored before it was queued. */
import { randomUUID } from 'node:crypto'
import { findBody, MissingBody, wasForgotten } from '../adapters/bodies.ts'
import { writeEntries } from '../adapters/history.ts'
import { readLedger } from '../adapters/ledgers.ts'
import { enqueueCancellation, type QueuedMessage } from '../adapters/queues.ts'
import { changeOrBegin, isDeleted } from '../adapters/sessions.ts'
import { lastTrouble } from '../core/ledger.ts'
import type { Body, PersonBody } from '../core/message.ts'
import { ownText } from '../core/prompt.ts'
import type { Session } from '../core/session.ts'
import { hasTextBelow, type PausedDecision, type SlashCommand } from '../core/slash-command.ts'
import { type Arrival, append, type WakeTarget } from '../protocol/append.ts'
import type { SessionTransition } from '../protocol/guards.ts'
import { noteElsewhere, type Reply, receive } from '../protocol/receive.ts'
import { applySlashCommand } from '../protocol/slash-command.ts'
import { passOn, questionElsewhere } from './answer-elsewhere.ts'
import { flushWithoutRun } from './flush-history.ts'
import { readReply } from './read-reply.ts'
import { removeQuotes } from './remove-quotes.ts'
import { wakeRun } from './wake-run.ts'

/** Idempotent: a known message is not appended again, but it wakes the run again. */
export async function appendMessage(message: QueuedMessage): Promise<void> {
  const { sessionId, messageId } = message
  const found = await findBody(sessionId, messageId)
  if (!found) return lost(message)
  const { appended } = found
  const body = appended ? found.body : await removeQuotes(message, found.body)
  const arrival = { ...arrivalOf(messageId, body), appended }
  return body.from === 'person'
    ? appendFromPerson(message, body, arrival)
    : arrive(message, (session) => append(session, arrival))
}

/** A person's message may be a command, an answer here or elsewhere, or a word that decides in a paused session. */
async function appendFromPerson(
  message: QueuedMessage,
  body: PersonBody,
  arrival: Arrival,
): Promise<void> {
  const { slashCommand, raises, ifPaused, at } = body
  const hasMore = hasTextBelow(ownText(body))
  const reply = arrival.appended ? undefined : await readReply(message, body)
  const give = (word: GivenCommand['slashCommand']) =>
    appendSlashCommand(message, arrival, { slashCommand: word, at, hasMore, ifPaused: true, reply })
  if (slashCommand !== undefined)
    return appendSlashCommand(message, arrival, { slashCommand, at, hasMore })
  if (raises) return give('continue')
  const elsewhere =
    body.elsewhere ?? (reply && (await questionElsewhere(message, body, { arrival, reply })))
  if (elsewhere) {
    if (reply) await passOn(message, body, elsewhere, reply.line)
    return arrive(message, (session) => noteElsewhere(session, arrival, elsewhere))
  }
  return ifPaused ? give(ifPaused) : arrive(message, (session) => receive(session, arrival, reply))
}

async function arrive(
  { sessionId, messageId, channel }: QueuedMessage,
  action: (session: Session) => SessionTransition<WakeTarget>,
): Promise<void> {
  const { item, output } = await changeOrBegin(sessionId, channel, action)
  if (output === undefined) return flushWithoutRun(item)
  const seq = item.seen[messageId]
  await Promise.all([
    wakeRun(sessionId, output),
    // What a message brings with it has a higher number.
    seq !== undefined && !isTakenNext(item) && writeEntries(item, (entry) => entry.seq >= seq),
  ])
}

/** Whether the run that has been woken takes the message at once: its first step writes the history. */
const isTakenNext = ({ turn, inbox, paused }: Session): boolean =>
  turn === undefined && paused === undefined && inbox.length === 1

interface GivenCommand {
  readonly slashCommand: SlashCommand | PausedDecision
  /** When it was given, ISO 8601. */
  readonly at: string
  /** Whether the person wrote more below it. */
  readonly hasMore: boolean
  /** In a session that is not paused it is an ordinary message. */
  readonly ifPaused?: boolean
  readonly reply?: Reply | undefined
}

/** Applies a slash command. Cancellations go to another function, which has the permissions. */
async function appendSlashCommand(
  { sessionId, messageId, channel }: QueuedMessage,
  arrival: Arrival,
  { at: given, ...command }: GivenCommand,
): Promise<void> {
  const ledger = await readLedger(sessionId)
  const request = {
    ...command,
    models: ledger.total,
    modelTrouble: lastTrouble(ledger),
    cliSession: randomUUID(),
    at: new Date().toISOString(),
  }
  const { item, output } = await changeOrBegin(sessionId, channel, (session) =>
    applySlashCommand(session, arrival, request),
  )
  const { wake: woken, stopped, kill, accept } = output
  if (stopped || kill || accept)
    // A late redelivery must not end workers that started after the command was given.
    await enqueueCancellation({
      sessionId,
      messageId,
      ...stopped,
      ...(kill && { kill: given }),
      ...(accept && { accept: given }),
    })
  // Write here, because there may be no run to do it: a person may send only slash commands.
  await Promise.all([flushWithoutRun(item), wakeRun(sessionId, woken)])
}

/** Handles a missing body. It is expected if the session was deleted since, and an error otherwise. */
async function lost({ sessionId, messageId }: QueuedMessage): Promise<void> {
  if ((await isDeleted(sessionId)) || (await wasForgotten(sessionId, messageId))) return
  throw new MissingBody(sessionId, messageId)
}

function arrivalOf(id: string, body: Body): Arrival {
  const arrival = { id, from: body.from, size: Buffer.byteLength(body.text), now: Date.now() }
  if (body.from === 'system') return arrival
  if (body.from === 'person') {
    const { channel, sender, files } = body
    return { ...arrival, person: { channel, sender, files } }
  }
  const { workerId, leg, run, seconds, failed, verification } = body
  const verified = verification?.seconds !== undefined
  return {
    ...arrival,
    leg: {
      ...{ workerId, leg, run, seconds },
      ...(failed && { failed }),
      ...(verified && { verified }),
    },
  }
}
