/** Returns a page of a session's history, at once or as soon as there are new entries. */
import { type Range, readEntries, readWrittenEntries } from '../../src/adapters/entries.ts'
import { waitFor } from '../../src/adapters/long-poll.ts'
import { progressOf, readSession } from '../../src/adapters/sessions.ts'
import { firstThatFit } from '../../src/core/first-that-fit.ts'
import type { Entry } from '../../src/core/history.ts'
import { writtenTo } from '../../src/core/session.ts'
import { noSession } from '../../src/http/problem.ts'

interface Query {
  readonly after: number
  readonly before?: number | undefined
  readonly order: 'asc' | 'desc'
  readonly limit: number
  /** Seconds to wait for an entry if there is none. Only for the oldest entries after `after`. */
  readonly wait: number
}

/** Throws 404 if there is no such session. */
export async function history(sessionId: string, query: Query) {
  const follows = query.before === undefined && query.order === 'asc'
  return follows ? entriesThatFollow(sessionId, query) : entriesWithin(sessionId, query)
}

async function entriesThatFollow(sessionId: string, { after, limit, wait }: Query) {
  const began = Date.now()
  const now = await entriesAfter(sessionId, after, limit)
  const entries =
    now.length > 0 || wait === 0
      ? now
      : await waitFor(began + wait * 1000, () => newEntries(sessionId, after, limit))
  return page(entries ?? [], after)
}

async function entriesWithin(sessionId: string, { after, before, order, limit }: Query) {
  const readable = await readableRange(sessionId)
  const range = {
    after: Math.max(after, readable.after),
    before: Math.min(before ?? readable.before, readable.before),
  }
  const entries = await readWrittenEntries(sessionId, range, { limit, order })
  // If there are none, all that follow the range are new.
  return page(entries, Math.max(after, before === undefined ? range.before - 1 : 0))
}

/** A function's response has at most 6 MB. Further entries are for the next request. */
const MAX_BYTES = 4_000_000
const sizeOf = (entry: Entry) => Buffer.byteLength(JSON.stringify(entry))

/** `none` is the number after which new entries come if there are none now. */
function page(entries: readonly Entry[], none: number) {
  const messages = firstThatFit(entries, sizeOf, { bytes: MAX_BYTES })
  const numbers = messages.map(({ seq }) => seq)
  const first = Math.min(...numbers)
  return {
    messages,
    next: numbers.length > 0 ? Math.max(...numbers) : none,
    previous: numbers.length > 0 && first > 1 ? first : null,
  }
}

/** Returns entries after `after`, skipping those that have been deleted or have expired. Throws 404 without a session. */
async function entriesAfter(
  sessionId: string,
  after: number,
  limit: number,
): Promise<readonly Entry[]> {
  const entries = await readEntries(sessionId, after, limit)
  if (entries.length > 0) return entries
  const readable = await readableRange(sessionId)
  const range = { ...readable, after: Math.max(after, readable.after) }
  return readWrittenEntries(sessionId, range, { limit, order: 'asc' })
}

/**
 * Returns the range of entries that no later write can add to: what is missing there has expired. Throws 404 if there is
 * no such session. It is read before the entries, which may be written in the meantime.
 */
async function readableRange(sessionId: string): Promise<Range> {
  const session = await readSession(sessionId)
  if (!session) throw noSession(sessionId)
  const written = writtenTo(session)
  const { lastSeq, forgottenTo = 0 } = session
  // Most pending entries have been written. The session's next step finds that out, or writes them.
  const tail = written < lastSeq ? await readEntries(sessionId, written, lastSeq - written) : []
  // Those up to `forgottenTo` were deleted with an earlier conversation.
  return { after: forgottenTo, before: written + tail.length + 1 }
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
