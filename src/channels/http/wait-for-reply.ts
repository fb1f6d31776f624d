/** Waits for the reply to a message. */
import { readEntries } from '../../adapters/entries.ts'
import { logger } from '../../adapters/logger.ts'
import { waitFor } from '../../adapters/long-poll.ts'
import { progressOf } from '../../adapters/sessions.ts'
import type { Entry } from '../../core/history.ts'
import type { MessageIds } from '../../use-cases/accept-message.ts'

/**
 * Returns the entry that replies to the message if it comes before `until` (ms since the epoch), or undefined. It is the
 * conductor's reply in the turn that answers the message, its next reply if that turn has none, or a notice that there
 * will be no answer. Errors only end the wait, because the message is already accepted.
 */
export async function replyWithin(ids: MessageIds, until: number): Promise<Entry | undefined> {
  const search = searchFor(ids)
  return waitFor(until, search).catch((error: unknown) => {
    logger.warn('could not wait for the reply', { error })
    return undefined
  })
}

function searchFor({ sessionId, messageId }: MessageIds) {
  let read: number | undefined
  let answered = false
  return async (): Promise<Entry | undefined> => {
    const { lastSeq = 0, seen } = (await progressOf(sessionId, messageId)) ?? {}
    read ??= seen
    if (read === undefined) return undefined
    while (read < lastSeq) {
      const entries = await readEntries(sessionId, read, 100)
      if (entries.length === 0) return undefined
      for (const entry of entries) {
        read = entry.seq
        answered ||= entry.answers?.includes(messageId) === true
        if (isReply(entry, answered)) return entry
      }
    }
    return undefined
  }
}

/** A notice counts as a reply. System messages to the conductor (they have an id), receipts and answers do not. */
function isReply({ role, text, messageId, receipt, answer }: Entry, answered: boolean): boolean {
  if (role === 'conductor') return answered && text !== ''
  return role === 'system' && messageId === undefined && !receipt && !answer
}
