/** Returns a session's history, oldest first, at once or as soon as there are new entries. */
import { readEntries } from '../../src/adapters/history.ts'
import { waitFor } from '../../src/adapters/long-poll.ts'
import { progressOf, readSession } from '../../src/adapters/sessions.ts'
import { firstThatFit } from '../../src/core/first-that-fit.ts'
import type { Entry } from '../../src/core/history.ts'
import { noSession } from '../../src/http/problem.ts'

interface Query {
  readonly after: number
  readonly limit: number
  /** Seconds to wait for an entry if there is none. */
  readonly wait: number
}

/** Throws 404 if there is no such session. */
export async function history(sessionId: string, { after, limit, wait }: Query) {
  const began = Date.now()
  const now = await entriesAfter(sessionId, after, limit)
  const entries =
    now.length > 0 || wait === 0
      ? now
      : await waitFor(began + wait * 1000, () => newEntries(sessionId, after, limit))
  const messages = firstThatFit(entries ?? [], sizeOf, { bytes: MAX_BYTES })
  return { messages, next: messages.at(-1)?.seq ?? after }
}

/** A function's response has at most 6 MB. Further entries are for the next request. */
const MAX_BYTES = 4_000_000
const sizeOf = (entry: Entry) => Buffer.byteLength(JSON.stringify(entry))

/**
 * Returns entries after `after`, skipping those deleted with an earlier conversation. Throws 404 if there is no such
 * session.
 */
async function entriesAfter(
  sessionId: string,
  after: number,
  limit: number,
): Promise<readonly Entry[]> {
  const entries = await readEntries(sessionId, after, limit)
  if (entries.length > 0) return entries
  const session = await readSession(sessionId)
  if (!session) throw noSession(sessionId)
  const { forgottenTo = 0 } = session
  return after < forgottenTo ? readEntries(sessionId, forgottenTo, limit) : entries
}

/** Returns new entries, or undefined if there are none, which costs only one small read. */
async function newEntries(
  sessionId: string,
  after: number,
  limit: number,
): Promise<readonly Entry[] | undefined> {
  const progress = await progressOf(sessionId)
  if (!progress) throw noSession(sessionId)
  if (progress.lastSeq <= after) return undefined
  const entries = await entriesAfter(sessionId, after, limit)
  return entries.length > 0 ? entries : undefined
}
