/** Prints what happens in all sessions, one line an event, for the terminal of `npm start`. */
import { setTimeout as wait } from 'node:timers/promises'
import { labelled } from '../cli/print.ts'
import { entryLines } from '../cli/watching.ts'
import { SCHEMAS, type ShapeOf } from '../src/contract/api/index.ts'
import { printable } from '../src/core/printable.ts'
import { callApi, type Server } from './local-api.ts'

export interface LiveEvents {
  /** Something has happened, so there may be something to print. Looks at most once a second. */
  look(): void
  close(): void
}

interface Options {
  readonly print: (line: string) => void
  /** Hears why a look failed. */
  readonly log: (line: string) => void
  /** The width of the terminal. */
  readonly columns: () => number
}

type ListedSession = ShapeOf<'ListedSession'>

const PAUSE_MS = 1_000
/** Sessions among which something may be new, and entries of one that is seen for the first time. */
const SESSIONS = 20
const LATEST = 50
/** `lastActivity` is rounded down to the minute. */
const RECENT_MS = 3 * 60_000

/** Prints what is newer than this call. */
export function printEvents(server: Server, { print, log, columns }: Options): LiveEvents {
  const sessions = new Sessions(server, Date.now())
  let isClosed = false
  let isLooking = false
  let isDue = false

  async function lookOnce(): Promise<void> {
    const listed = SCHEMAS.SessionPage.parse(
      await callApi(server, `/api/sessions?limit=${SESSIONS}`),
    )
    for (const session of listed.sessions.filter(isRecent))
      for (const { at, line } of await sessions.newEvents(session)) {
        const head = `${new Date(at).toLocaleTimeString('en-GB')} ${session.sessionId}`
        if (!isClosed) print(shortened(`${head} ${line}`, columns()))
      }
  }

  async function lookWhileDue(): Promise<void> {
    isLooking = true
    while (isDue && !isClosed) {
      isDue = false
      await lookOnce().catch((error: unknown) => {
        if (!isClosed) log(`The events were not printed: ${error}`)
      })
      await wait(PAUSE_MS, undefined, { ref: false })
    }
    isLooking = false
  }

  return {
    look() {
      isDue = true
      if (!isLooking) void lookWhileDue()
    },
    close() {
      isClosed = true
    },
  }
}

const isRecent = ({ lastActivity }: ListedSession) =>
  Date.now() - Date.parse(lastActivity) < RECENT_MS

/** Returns the text on one line of at most `width` characters. */
function shortened(text: string, width: number): string {
  const characters = [...printable(text).replaceAll(/\s*\n\s*/g, ' ')]
  return characters.length <= width
    ? characters.join('')
    : `${characters.slice(0, width - 1).join('')}…`
}

interface Event {
  readonly at: string | number
  readonly line: string
}

/** What is known of the sessions so far. */
class Sessions {
  readonly #server: Server
  /** Nothing older is an event. */
  readonly #began: number
  /** The number of each session's last entry. */
  readonly #lastSeq = new Map<string, number>()
  /** The latest line of each worker. */
  readonly #activity = new Map<string, string>()

  constructor(server: Server, began: number) {
    this.#server = server
    this.#began = began
  }

  /** Returns what is new in a session: what its workers do, then its entries. */
  async newEvents(session: ListedSession): Promise<readonly Event[]> {
    const activity = session.activeWorkerCount > 0 ? await this.#newActivity(session) : []
    const entries = await this.#newEntries(session)
    return [
      ...activity,
      ...entries.flatMap((entry) => entryLines(entry).map((line) => ({ at: entry.at, line }))),
    ]
  }

  async #newActivity({ sessionId }: ListedSession): Promise<readonly Event[]> {
    const { workers } = SCHEMAS.Session.parse(
      await callApi(this.#server, `/api/sessions/${sessionId}`),
    )
    return workers.flatMap(({ workerId, activity, status }) => {
      const name = `${sessionId}.${workerId}`
      const isNew = activity !== '' && this.#activity.get(name) !== activity
      this.#activity.set(name, activity)
      return isNew && status === 'working'
        ? [{ at: Date.now(), line: labelled(workerId, `· ${activity}`) }]
        : []
    })
  }

  async #newEntries({ sessionId }: ListedSession): Promise<readonly ShapeOf<'Entry'>[]> {
    const after = this.#lastSeq.get(sessionId)
    const query = after === undefined ? `order=desc&limit=${LATEST}` : `after=${after}`
    const { messages } = SCHEMAS.EntryPage.parse(
      await callApi(this.#server, `/api/sessions/${sessionId}/messages?${query}`),
    )
    const entries = after === undefined ? messages.toReversed() : messages
    this.#lastSeq.set(sessionId, entries.at(-1)?.seq ?? after ?? 0)
    return entries.filter(({ at }) => Date.parse(at) >= this.#began)
  }
}
