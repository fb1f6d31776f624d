/** The part of a session's history that its conductor does not remember. */

import { readEntry } from '../../src/adapters/entries.ts'
import { forgottenRange, recalled } from '../../src/core/forgotten.ts'
import type { Session } from '../../src/core/session.ts'

/** Returns the part as text for the conductor, or undefined if it remembers everything. `memoryLost`: it remembers nothing. */
export async function forgottenHistory(
  session: Session,
  memory: { memoryLost: boolean },
): Promise<string | undefined> {
  const { numbers, omits } = forgottenRange(session, memory)
  if (numbers.length === 0) return undefined
  const entries = await Promise.all(numbers.map((seq) => readEntry(session.sessionId, seq)))
  const { turn, inbox, held } = session
  const unread = new Set([...(turn?.messages ?? []), ...inbox, ...held].map(({ id }) => id))
  const known = entries.flatMap((entry) => entry ?? [])
  return recalled(
    known.filter(({ messageId = '' }) => !unread.has(messageId)),
    omits,
  )
}
