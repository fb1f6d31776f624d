/** Puts what the session's item still holds for the history where readers find it, so that the item may forget it. */
import { markAppended } from '../adapters/bodies.ts'
import { writeEntries } from '../adapters/history.ts'
import type { Session } from '../core/session.ts'
import { type FlushedHistory, forgettableIds } from '../protocol/take-messages.ts'

/** Entries that have their number only, and marks on the bodies of messages whose ids are old; idempotent. */
export async function flushHistory(session: Session): Promise<FlushedHistory> {
  const old = forgettableIds(session)
  const [entries] = await Promise.all([
    writeEntries(session),
    ...old.map(({ id, seq }) => markAppended(session.sessionId, id, seq)),
  ])
  return { entries, marked: new Set(old.map(({ id }) => id)) }
}
