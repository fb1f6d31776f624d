/** Accepts a person's message on any channel: stores it, then queues its id for its session. */
import { createHash, randomUUID } from 'node:crypto'
import type { PersonBody } from '../core/message.ts'
import { parseSlashCommand } from '../core/slash-command.ts'
import { postMessage } from './post-message.ts'

/** Identifies a message. */
export interface MessageIds {
  readonly sessionId: string
  readonly messageId: string
}

/** Returns a message id. The same key in the same session gives the same id; without a key, each call gives a new one. */
export const identify = (sessionId: string, key: string | undefined): string =>
  key === undefined
    ? `m-${randomUUID()}`
    : `k-${createHash('sha256').update(`${sessionId}\n${key}`).digest('base64url')}`

/** Raises the budget at which a run has paused. The message also reaches the conductor like any other. */
const CONTINUE = /^\s*continue\s*[.!]?\s*$/i

/** Accepts a message. Once it returns, the sender will get an answer or a notice. A known id is the same message. */
export async function acceptMessage(
  ids: MessageIds,
  message: Omit<PersonBody, 'from' | 'at' | 'slashCommand' | 'raises'>,
): Promise<void> {
  const { text, channel } = message
  const slashCommand = parseSlashCommand(text)
  await postMessage(
    { ...ids, channel },
    {
      from: 'person',
      ...message,
      at: new Date().toISOString(),
      ...(slashCommand !== undefined && { slashCommand }),
      ...(CONTINUE.test(text) && { raises: true }),
    },
  )
}
