/** The content of a delivery: an entry's own text, or the text that one of its commands sends. */
import { createHash } from 'node:crypto'
import { deliveredText } from '../commands/index.ts'
import type { Entry } from '../core/history.ts'
import type { ReturnAddress } from './index.ts'

export interface DeliveryContent {
  /** Markdown. */
  readonly text: string
}

/**
 * Returns the content of the delivery called `name`. Throws if the entry has no such command, because then it is the
 * wrong entry.
 */
export function deliveryContent(
  { text, commands = [] }: Pick<Entry, 'text' | 'commands'>,
  name: string,
): DeliveryContent {
  if (isReply(name)) return { text }
  const command = commands.find(({ id }) => id === name)
  if (!command) throw new Error(`the entry has no command ${name}`)
  return { text: deliveredText(command) }
}

const REPLY = 'reply.'

/** Names the delivery of an entry's text to one recipient. It is safe for logs, which must not contain addresses. */
export const replyDeliveryName = ({
  channel,
  address,
}: Pick<ReturnAddress, 'channel' | 'address'>) =>
  REPLY + createHash('sha256').update(`${channel} ${address}`).digest('base64url').slice(0, 8)

export const isReply = (name: string) => name.startsWith(REPLY)
