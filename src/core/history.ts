/** History entries: how messages, notices, turns and receipts look in a session's history. */
import type { TurnReply } from '../commands/turn-reply.ts'
import { commandId, spawnedIds } from '../commands/turn-reply.ts'
import type { Entry } from '../contract/api/entry.ts'
import { runName } from './execution-name.ts'
import type { Body } from './message.ts'
import { modelView, receiptText, spentText, spentView } from './receipt.ts'
import type { PendingEntry, Session } from './session.ts'

export type { Entry, EntryCommand } from '../contract/api/entry.ts'

const SILENCE =
  'The conductor read your message but gave no answer, even when asked again. Please rephrase it.'

const ROLES = { person: 'user', worker: 'worker', system: 'system' } as const

export const messageEntry = (seq: number, messageId: string, message: Body): Entry => ({
  seq,
  messageId,
  at: message.at,
  role: ROLES[message.from],
  ...(message.from === 'person' && {
    channel: message.channel,
    ...(message.sender !== undefined && { sender: message.sender }),
    ...(message.subject !== undefined && { subject: message.subject }),
    ...(message.files && { files: message.files }),
  }),
  ...(message.from === 'worker' && { workerId: message.workerId }),
  text: message.text,
})

export const noticeEntry = (
  { seq, text, at }: Extract<PendingEntry, { kind: 'notice' }>,
  { channel }: Session,
): Entry => ({ seq, at, role: 'system', channel, text })

export const receiptEntry = ({
  seq,
  run,
  spent,
  at,
}: Extract<PendingEntry, { kind: 'receipt' }>): Entry => ({
  seq,
  at,
  role: 'system',
  text: receiptText(run, spent),
  receipt: { run, ...spentView(spent) },
})

/** Appends what the run has spent so far, if the turn asks for it. A turn without a reply has no text. */
function replyText(
  { silent, soFar }: Extract<PendingEntry, { kind: 'turn' }>,
  reply: string | null,
): string {
  const text = silent ? SILENCE : (reply ?? '')
  return soFar && text ? `${text}\n\n(So far: ${spentText(soFar)}.)` : text
}

/** A turn's entry. The outcome of each command is added when the command is done. */
export const turnEntry = (
  turn: Extract<PendingEntry, { kind: 'turn' }>,
  { reply, commands }: TurnReply,
  { sessionId, channel }: Session,
): Entry => {
  const spawned = spawnedIds(commands, turn.firstWorker)
  return {
    seq: turn.seq,
    at: turn.at,
    role: 'conductor',
    channel,
    text: replyText(turn, reply),
    turnId: `t${turn.n}`,
    answers: turn.covered.map(({ id }) => id),
    execution: runName(sessionId, turn.run),
    ...(turn.used && { usage: modelView(turn.used) }),
    ...(commands.length > 0 && {
      commands: commands.map((command, i) => ({
        ...command,
        ...(spawned.has(i) && { workerId: spawned.get(i) }),
        id: commandId(turn.n, i),
        status: 'pending' as const,
      })),
    }),
  }
}
