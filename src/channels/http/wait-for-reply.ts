/** Waits for what a message is answered. */
import { readEntries } from '../../adapters/history.ts'
import { logger } from '../../adapters/logger.ts'
import { waitFor } from '../../adapters/long-poll.ts'
import { progressOf } from '../../adapters/sessions.ts'
import type { Entry } from '../../core/history.ts'
import type { MessageIds } from '../../use-cases/accept-message.ts'

/**
 * The entry that replies to the message, if it comes before `until` (ms since the epoch): what the conductor says in the
 * turn that answers it or, where that only hands work out, in the next one that says something; or the notice that it is
 * not answered. The message is accepted by now: whatever goes wrong here, its sender is told no more than that.
 */
export async function replyWithin(ids: MessageIds, until: number): Promise<Entry | undefined> {
  const search = searchFor(ids)
  return waitFor(until, search).catch((error: unknown) => {
    logger.warn('no reply was waited for', { error })
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

/** A notice stands for itself; what the system says to the conductor has an id, and a receipt is no answer. */
function isReply({ role, text, messageId, receipt }: Entry, answered: boolean): boolean {
  if (role === 'conductor') return answered && text !== ''
  return role === 'system' && messageId === undefined && receipt === undefined
}
