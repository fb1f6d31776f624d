/** What a delivery says: an entry's own text, or what a command of it asks to be sent. */
import { createHash } from 'node:crypto'
import { deliveredText } from '../commands/index.ts'
import type { Entry } from '../core/history.ts'
import type { ReturnAddress } from './index.ts'

export interface DeliveryContent {
  /** Markdown. */
  readonly text: string
}

/** Of the delivery's name; throws for a command that is not in the entry: then it is not the entry of the delivery. */
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

/** Names the delivery of an entry's text to one of those whom it is for; it stands in logs, where addresses do not. */
export const replyDeliveryName = ({
  channel,
  address,
}: Pick<ReturnAddress, 'channel' | 'address'>) =>
  REPLY + createHash('sha256').update(`${channel} ${address}`).digest('base64url').slice(0, 8)

export const isReply = (name: string) => name.startsWith(REPLY)
