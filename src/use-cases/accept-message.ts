/** Stores a person's message, then puts its id on its session's queue: the same for every channel. */
import { createHash, randomUUID } from 'node:crypto'
import { putBody } from '../adapters/bodies.ts'
import { enqueue } from '../adapters/queues.ts'
import type { PersonBody } from '../core/message.ts'
import { parseSlashCommand } from '../core/slash-command.ts'

/** A message, by its session and its own id. */
export interface MessageIds {
  readonly sessionId: string
  readonly messageId: string
}

/** The same key in the same session is the same message; without one each request is its own. */
export const identify = (sessionId: string, key: string | undefined): string =>
  key === undefined
    ? `m-${randomUUID()}`
    : `k-${createHash('sha256').update(`${sessionId}\n${key}`).digest('base64url')}`

/** Where a run has paused at a budget, this raises it. It reaches the conductor like any other message. */
const CONTINUE = /^\s*continue\s*[.!]?\s*$/i

/** Once it returns the message is answered or its sender told, whatever happens. A known id is the same message. */
export async function acceptMessage(
  ids: MessageIds,
  said: Omit<PersonBody, 'from' | 'at' | 'slashCommand' | 'raises'>,
): Promise<void> {
  const { text, channel } = said
  const slashCommand = parseSlashCommand(text)
  const first = await putBody(ids.sessionId, ids.messageId, {
    from: 'person',
    ...said,
    at: new Date().toISOString(),
    ...(slashCommand !== undefined && { slashCommand }),
    ...(CONTINUE.test(text) && { raises: true }),
  })
  await enqueue({ ...ids, channel }, { first })
}
