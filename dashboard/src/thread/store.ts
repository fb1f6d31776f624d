/** One conversation: its latest entries first, older ones on demand, new ones as they come. */
import { signal } from '@preact/signals'
import { call, Refused } from '../api/client.ts'
import { BUSY_MS, repeat, rest } from '../api/poll.ts'
import type { Entry, Session } from '../api/types.ts'
import { entryAt, firstUnsettled, isMark, merged } from './entries.ts'
import { outgoing } from './sending.ts'

const PAGE = 60
const LONGEST_PAGE = 200
/** The API lets a request wait this long for news. */
const WAIT_SECONDS = 25
/** How long to rest if the API has no place for a waiting request. */
const NO_PLACE_MS = { busy: 3000, quiet: 21_000 }

const route = 'GET /api/sessions/{sessionId}/messages'

export type Thread = ReturnType<typeof createThread>

export function createThread(sessionId: string) {
  const params = { sessionId }
  const entries = signal<readonly Entry[]>([])
  const session = signal<Session | undefined>(undefined)
  const error = signal<Error | undefined>(undefined)
  /** Where older entries end; null if there are none, undefined before the first page. */
  const previous = signal<number | null | undefined>(undefined)
  const hurry = new EventTarget()
  let next = 0
  let loadingOlder: Promise<void> | undefined

  const isUnderWay = () => ['running', 'recovering'].includes(session.value?.state ?? '')

  async function openEnd(abort: AbortSignal): Promise<void> {
    const query = { order: 'desc', limit: PAGE }
    const page = await call(route, { params, query, signal: abort })
    next = page.next
    previous.value = page.previous
    entries.value = merged(entries.value, page.messages)
  }

  async function follow(abort: AbortSignal): Promise<{ wasRefusedToWait: boolean }> {
    if (previous.value === undefined) {
      await openEnd(abort)
      return { wasRefusedToWait: false }
    }
    const began = Date.now()
    const query = { after: next, wait: WAIT_SECONDS, limit: LONGEST_PAGE }
    const page = await call(route, { params, query, signal: abort })
    next = page.next
    entries.value = merged(entries.value, page.messages)
    if (page.messages.length > 0) hurry.dispatchEvent(new Event('hurry'))
    return { wasRefusedToWait: page.messages.length === 0 && Date.now() - began < 1000 }
  }

  /** Reads the session, and again what has changed in recent entries. */
  async function look(abort: AbortSignal): Promise<Session> {
    const from = firstUnsettled(entries.value)
    const [found, page] = await Promise.all([
      call('GET /api/sessions/{sessionId}', { params, signal: abort }),
      from === undefined
        ? undefined
        : call(route, { params, query: { after: from - 1, limit: PAGE }, signal: abort }),
    ])
    if (page) {
      const last = entries.value.at(-1)?.seq ?? 0
      // What is newer comes in order by the other request.
      entries.value = merged(
        entries.value,
        page.messages.filter(({ seq }) => seq <= last),
      )
    }
    return found
  }

  /** A conversation begins when its first message arrives, and that may be on its way. */
  const isBeginning = () => outgoing.value.some((each) => each.sessionId === sessionId)

  const fail = (failed: unknown) => {
    if (!(failed instanceof Refused) || failed.isTemporary) return undefined
    if (failed.status === 404 && isBeginning()) return true
    error.value = failed
    return false
  }

  return {
    sessionId,
    entries,
    session,
    error,
    previous,

    /** Follows the conversation until the signal fires. */
    open(abort: AbortSignal): void {
      repeat(
        {
          load: follow,
          show: () => {
            error.value = undefined
          },
          fail,
          pause: ({ wasRefusedToWait }) =>
            wasRefusedToWait ? NO_PLACE_MS[isUnderWay() ? 'busy' : 'quiet'] : 0,
        },
        abort,
      )
      repeat(
        {
          load: look,
          show: (found) => {
            session.value = found
          },
          fail,
          pause: () => (isUnderWay() ? BUSY_MS : Number.POSITIVE_INFINITY),
          hurry,
        },
        abort,
      )
    },

    /** Reads the session again at once. */
    refresh: () => void hurry.dispatchEvent(new Event('hurry')),

    /** Loads a page of older entries, if there are any. */
    loadOlder(): Promise<void> {
      loadingOlder ??= (async () => {
        const before = previous.value
        if (before === null || before === undefined) return
        const query = { order: 'desc', before, limit: PAGE * 2 }
        const page = await call(route, { params, query })
        previous.value = page.previous
        entries.value = merged(entries.value, page.messages)
      })().finally(() => {
        loadingOlder = undefined
      })
      return loadingOlder
    },

    /** Loads older entries until the mark of an address names one. Returns its number, or undefined if none has it. */
    async loadTo(mark: string, abort: AbortSignal): Promise<number | undefined> {
      if (!isMark(mark)) return undefined
      while (previous.value === undefined && !abort.aborted) await rest(50, abort)
      for (;;) {
        const found = entryAt(entries.value, mark)
        if (abort.aborted || found !== undefined || previous.value === null) return found
        await this.loadOlder()
      }
    },
  }
}
