/** Writes the history entries that the session item still holds, so that the item can drop them. */
import { markAppended, type StoredTexts } from '../adapters/bodies.ts'
import { writeEntries } from '../adapters/history.ts'
import { changeSession } from '../adapters/sessions.ts'
import type { Session } from '../core/session.ts'
import { transition } from '../core/transition.ts'
import { dropFlushed, type FlushedHistory, forgettableIds } from '../protocol/take-messages.ts'

/**
 * Writes the pending entries, and marks the bodies of messages whose ids the item should drop. Idempotent. `texts` are what
 * the caller has read already.
 */
export async function flushHistory(session: Session, texts?: StoredTexts): Promise<FlushedHistory> {
  const old = forgettableIds(session)
  const [entries] = await Promise.all([
    writeEntries(session, undefined, texts),
    ...old.map(({ id, seq }) => markAppended(session.sessionId, id, seq)),
  ])
  return { entries, marked: new Set(old.map(({ id }) => id)) }
}

/** Writes what the item holds and removes it. A run would do it, but none may be open. */
export async function flushWithoutRun(item: Session): Promise<void> {
  const written = await flushHistory(item)
  await changeSession(item, (session) => transition(dropFlushed(session, written), undefined))
}
