/** Which messages to other people wait for approval, and the question about one. */
import type { DeliveredFile } from '../channels/delivery.ts'
import { outboundChannel, type ReturnAddress } from '../channels/index.ts'
import type { ApprovalMode } from './approval-mode.ts'
import { fenceFor } from './framing.ts'
import { oneLine } from './one-line.ts'
import { plural } from './plural.ts'
import { APPROVALS, type HeldDelivery, type NewQuestion } from './question.ts'

type Recipient = Pick<ReturnAddress, 'channel' | 'address'>

/** Names a recipient in the session's list of those approved. */
export const recipientName = ({ channel, address }: Recipient) => `${channel} ${address}`

/** A message that a command sends. */
export interface Sending {
  readonly to: Recipient
  readonly files: readonly DeliveredFile[]
  /** The return addresses of the turn's messages: the people who asked. They need nobody's approval. */
  readonly replyTo: readonly Recipient[]
  /** The recipients that were approved in this session, by name. */
  readonly approved: readonly string[]
}

/** Returns whether a person has to approve the message before it is sent. */
export function needsApproval(
  mode: ApprovalMode,
  { to, files, replyTo, approved }: Sending,
): boolean {
  const name = recipientName(to)
  if (replyTo.some((asker) => recipientName(asker) === name)) return false
  switch (mode) {
    case 'none':
      return false
    case 'first':
      return files.length > 0 || !approved.includes(name)
    case 'files':
      return files.length > 0
    case 'always':
      return true
    default:
      return mode satisfies never
  }
}

/**
 * Returns the question whether a message may leave. Its notice also shows the message's text, which `withMessage` adds:
 * the session's item could not hold the texts of all open questions.
 */
export function approvalQuestion(delivery: HeldDelivery): NewQuestion {
  const [, no] = APPROVALS
  return { kind: 'approval', text: headOf(delivery), choices: APPROVALS, default: no, delivery }
}

function headOf({ to, files = [] }: HeldDelivery): string {
  const listed = files.map(({ name, size }) => `- ${code(name)} (${plural(size, 'byte')})`)
  return [
    `May this ${outboundChannel(to.channel).label} be sent to ${code(to.address)}?`,
    ...('subject' in to ? [`Subject: ${code(oneLine(to.subject))}`] : []),
    ...(listed.length > 0 ? [`Files:\n\n${listed.join('\n')}`] : []),
  ].join('\n\n')
}

/**
 * Adds the text that waits for approval, or `undefined` if it is no longer stored, to the text of a question. It comes
 * last and is fenced, so that nothing in it reads like a part of the question, and Markdown hides none of it.
 */
export function withMessage(question: string, message: string | undefined): string {
  if (message === undefined)
    return `${question}\n\nThe message is no longer stored, so it cannot be sent.`
  if (message === '') return `${question}\n\nThe message has no text.`
  const fence = fenceFor(message)
  return `${question}\n\nThe message, to its end:\n\n${fence}\n${message}\n${fence}`
}

/** Returns a text of one line as a Markdown code span, which shows it word for word. */
function code(text: string): string {
  if (text === '') return '(empty)'
  const fence = fenceFor(text, 1)
  // A space keeps backticks at the ends apart from the fence. Markdown removes it again.
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : ''
  return fence + pad + text + pad + fence
}
