/** History entries: how messages, notices, turns and receipts look in a session's history. */
import type { TurnReply } from '../commands/turn-reply.ts'
import { commandId, spawnedIds } from '../commands/turn-reply.ts'
import type { Entry } from '../contract/api/entry.ts'
import { runName } from './execution-name.ts'
import type { Body } from './message.ts'
import { oneLine } from './one-line.ts'
import { modelView, receiptText, spentText, spentView } from './receipt.ts'
import { claimsView } from './review-view.ts'
import type { PendingEntry, Session, VerdictLine } from './session.ts'
import { judgedText } from './verdict-text.ts'

export type { Entry } from '../contract/api/entry.ts'

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
  ...(message.from === 'worker' && {
    workerId: message.workerId,
    ...(message.prompt !== undefined && { prompt: message.prompt }),
    ...(message.claims && { claims: claimsView(message.claims) }),
    ...(message.verification && { verification: message.verification }),
  }),
  text: message.text,
})

export const noticeEntry = (
  { seq, text, at, question }: Extract<PendingEntry, { kind: 'notice' }>,
  { channel }: Session,
): Entry => ({ seq, at, role: 'system', channel, text, ...(question && { question }) })

export const answerEntry = ({
  seq,
  at,
  question,
  by,
  choice,
  done,
}: Extract<PendingEntry, { kind: 'answer' }>): Entry => ({
  seq,
  at,
  role: 'system',
  text: [
    `Question ${question} was answered by ${by}${choice === undefined ? ' in their own words' : `: “${choice}”`}.`,
    ...(done === undefined ? [] : [done]),
  ].join(' '),
  answer: { question, by, ...(choice !== undefined && { choice }) },
})

export const receiptEntry = ({
  seq,
  run,
  spent,
  at,
  judged = [],
}: Extract<PendingEntry, { kind: 'receipt' }>): Entry => ({
  seq,
  at,
  role: 'system',
  text: [receiptText(run, spent), ...judged.map((each) => `${judgedText(each)}.`)].join(' '),
  receipt: {
    run,
    ...spentView(spent),
    ...(judged.length > 0 && {
      verdicts: judged.map(({ verificationNanoUsd, ...verdict }) => ({
        ...verdict,
        verificationUsd: verificationNanoUsd / 1e9,
      })),
    }),
  },
})

/**
 * Appends what the turn's verdicts rest on, and what the run has spent so far if the turn asks for it. A turn without a
 * reply that accepts no work has no text.
 */
function replyText(turn: Extract<PendingEntry, { kind: 'turn' }>, { reply, commands }: TurnReply) {
  const { silent, soFar, verdicts = [] } = turn
  const parts = [
    ...(silent ? [SILENCE] : []),
    ...(reply === null || silent ? [] : [reply]),
    ...verdictLines(verdicts, reply !== null),
    ...remarksOf(commands, verdicts),
  ]
  if (soFar && parts.length > 0) parts.push(`(So far: ${spentText(soFar)}.)`)
  return parts.join('\n\n')
}

/** One line for each worker. The worker is named if the reply may not say which one it is. */
function verdictLines(verdicts: readonly VerdictLine[], isReply: boolean): string[] {
  const lines = verdicts.map(({ workerId, text }) =>
    isReply && verdicts.length === 1 ? text : `${workerId}: ${text}`,
  )
  return lines.length > 0 ? [lines.join('\n\n')] : []
}

/** Problems that no criterion names do not block a verdict, but the person reads them. */
function remarksOf(commands: TurnReply['commands'], verdicts: readonly VerdictLine[]): string[] {
  const judged = verdicts.map(({ workerId }) => workerId)
  const remarks = commands.flatMap((command) =>
    command.type === 'REVIEW_WORKER' && judged.includes(command.workerId)
      ? (command.remarks ?? [])
      : [],
  )
  return remarks.length > 0
    ? [['Remarks:', ...remarks.map((remark) => `- ${oneLine(remark)}`)].join('\n')]
    : []
}

/** The workers of a command that spawns. */
function spawnedFields(ids: readonly string[] | undefined) {
  if (!ids) return {}
  const [workerId, ...others] = ids
  return others.length > 0 ? { workerIds: ids } : { workerId }
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
    text: replyText(turn, { reply, commands }),
    ...(turn.prompt !== undefined && { prompt: turn.prompt }),
    turnId: `t${turn.n}`,
    answers: turn.covered.map(({ id }) => id),
    execution: runName(sessionId, turn.run),
    ...(turn.used && { usage: modelView(turn.used) }),
    ...(commands.length > 0 && {
      commands: commands.map((command, i) => ({
        ...command,
        ...spawnedFields(spawned.get(i)),
        id: commandId(turn.n, i),
        status: 'pending' as const,
      })),
    }),
  }
}
