/** The content of a delivery: an entry's own text, or the text that one of its commands sends. */
import { createHash } from 'node:crypto'
import { deliveredText } from '../commands/index.ts'
import type { Entry } from '../core/history.ts'
import { printable } from '../core/printable.ts'
import type { DeliveredFile } from './delivery.ts'
import type { ReturnAddress } from './index.ts'

export interface DeliveryContent {
  /** Markdown, without control characters. */
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
  if (isReply(name)) return { text: printable(text) }
  const command = commands.find(({ id }) => id === name)
  if (!command) throw new Error(`the entry has no command ${name}`)
  return { text: printable(deliveredText(command)) }
}

/**
 * Returns the SHA-256, in hex, of exactly what would be sent: recipient, subject, text, and the name, size and content of
 * each file. An approval is bound to it.
 */
export function contentHash({
  to,
  text,
  files = [],
}: DeliveryContent & {
  readonly to: ReturnAddress
  readonly files?: readonly DeliveredFile[] | undefined
}): string {
  // The order is fixed, so that equal messages have equal hashes.
  const content = [
    to.channel,
    to.address,
    'subject' in to ? to.subject : null,
    text,
    files.map(({ name, size, key, sha256 = null }) => [name, size, key, sha256]),
  ]
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

const REPLY = 'reply.'

/** Names the delivery of an entry's text to one recipient. It is safe for logs, which must not contain addresses. */
export const replyDeliveryName = ({
  channel,
  address,
}: Pick<ReturnAddress, 'channel' | 'address'>) =>
  REPLY + createHash('sha256').update(`${channel} ${address}`).digest('base64url').slice(0, 8)

export const isReply = (name: string) => name.startsWith(REPLY)
