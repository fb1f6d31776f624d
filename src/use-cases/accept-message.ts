/** Accepts a person's message on any channel: stores it, then queues its id for its session. */
import { createHash, randomUUID } from 'node:crypto'
import type { PersonBody } from '../core/message.ts'
import { isPausedWord, parseSlashCommand, pausedDecision } from '../core/slash-command.ts'
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

/** Returns what the first line of a person's text requests of Baton itself. */
export function requestsIn(text: string): Pick<PersonBody, Requests> {
  const slashCommand = parseSlashCommand(text)
  const ifPaused = pausedDecision.options.find((word) => isPausedWord(text, word))
  return {
    ...(slashCommand !== undefined && { slashCommand }),
    ...(isPausedWord(text, 'continue') && { raises: true }),
    ...(ifPaused && { ifPaused }),
  }
}

type Requests = 'slashCommand' | 'raises' | 'ifPaused'

/**
 * Accepts a message. Once it returns, the sender will get an answer or a notice. Returns false if the id is known: then
 * the message of that id stays as it is.
 */
export async function acceptMessage(
  ids: MessageIds,
  message: Omit<PersonBody, 'from' | 'at' | Requests>,
): Promise<boolean> {
  const { text, channel } = message
  const at = new Date().toISOString()
  return postMessage({ ...ids, channel }, { from: 'person', ...message, at, ...requestsIn(text) })
}
