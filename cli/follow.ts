/** Follows a session over the public API, event by event, until nothing is left to do. */
import { setTimeout as wait } from 'node:timers/promises'
import type { ShapeOf } from '../src/contract/api/index.ts'
import { ApiError, type Client } from './api.ts'
import type { RunOutcome } from './exit.ts'
import { isAtRest, outcomeOf } from './outcome.ts'

export type Entry = ShapeOf<'Entry'>
type Session = ShapeOf<'Session'>

/** What `watch --json` prints, one a line. */
export type FollowEvent =
  | { readonly event: 'entry'; readonly sessionId: string; readonly entry: Entry }
  | {
      readonly event: 'activity'
      readonly sessionId: string
      readonly workerId: string
      readonly line: string
    }
  | { readonly event: 'state'; readonly sessionId: string; readonly state: Session['state'] }
  | {
      readonly event: 'end'
      readonly sessionId: string
      readonly outcome: RunOutcome
      readonly paused?: string
      readonly questions: readonly string[]
    }

export interface FollowOptions {
  /** The number of the last entry that is known. */
  readonly after: number
  /** Entries up to this number count for the outcome, and are not events. */
  readonly silentUntil?: number
  /** The message whose arrival begins it. Without one, it begins with what is running. */
  readonly messageId?: string
  /** Whether the message is a slash command, to which a notice is the reply. */
  readonly isSlashCommand?: boolean
  /** Goes on when a run ends. */
  readonly forever?: boolean
  /** Milliseconds since the epoch. */
  readonly until: number
}

/** The API answers as soon as there is news. State and activity are looked at this often. */
const NEWS_S = 4
const ARRIVAL_MS = 300
/** Beside too many others the API answers at once. */
const SHORTEST_MS = 500

/** Yields what happens. The last event says how it ended. Throws a CliError if the API refuses or cannot be reached. */
export async function* follow(
  client: Client,
  sessionId: string,
  options: FollowOptions,
): AsyncGenerator<FollowEvent, void> {
  const { silentUntil = 0 } = options
  const heard = new Heard(options)
  while (Date.now() < options.until) {
    const begun = Date.now()
    const session = await sessionOrNone(client, sessionId)
    if (session === undefined) {
      await wait(ARRIVAL_MS)
      continue
    }
    yield* heard.changes(session)
    // The state was read before the entries, so it is known to be that after the message's arrival.
    const mayEnd = heard.mayEnd(session)
    const isBehind = heard.after < session.lastSeq
    const entries = await entriesAfter(
      client,
      sessionId,
      heard.after,
      mayEnd || isBehind ? 0 : NEWS_S,
    )
    for (const entry of entries) heard.take(entry)
    for (const entry of entries.filter(({ seq }) => seq > silentUntil))
      yield { event: 'entry', sessionId, entry }
    if (mayEnd && heard.after >= session.lastSeq)
      return yield endOf(session, outcomeOf(session.state, heard.since, options.isSlashCommand))
    if (entries.length === 0) await wait(Math.max(0, SHORTEST_MS - (Date.now() - begun)))
  }
  yield { event: 'end', sessionId, outcome: 'timeout', questions: [] }
}

/** What has been heard of a session so far. */
class Heard {
  /** The number of the last entry. */
  after: number
  /** The entries since the message, with it. */
  since: Entry[] = []
  readonly #options: FollowOptions
  readonly #activity = new Map<string, string>()
  #state: Session['state'] | undefined
  #hasArrived: boolean

  constructor(options: FollowOptions) {
    this.#options = options
    this.after = options.after
    this.#hasArrived = options.messageId === undefined
  }

  take(entry: Entry): void {
    const { messageId } = this.#options
    if (messageId !== undefined && entry.messageId === messageId) {
      this.#hasArrived = true
      this.since = []
    }
    this.since.push(entry)
    this.after = entry.seq
  }

  mayEnd({ state }: Session): boolean {
    return isAtRest(state) && this.#hasArrived && !this.#options.forever
  }

  /** Yields a new state, and the latest line of each worker at work that has a new one. */
  *changes({ sessionId, state, workers }: Session): Generator<FollowEvent> {
    if (state !== this.#state) yield { event: 'state', sessionId, state }
    this.#state = state
    for (const { workerId, activity, status } of workers) {
      const isNew = activity !== '' && this.#activity.get(workerId) !== activity
      this.#activity.set(workerId, activity)
      if (isNew && status === 'working')
        yield { event: 'activity', sessionId, workerId, line: activity }
    }
  }
}

const endOf = (
  { sessionId, paused, questions }: Session,
  outcome: RunOutcome,
): Extract<FollowEvent, { event: 'end' }> => ({
  event: 'end',
  sessionId,
  outcome,
  ...(paused !== null && { paused }),
  questions: questions.map(({ id }) => id),
})

/** Returns the session, or undefined if it does not exist, for example while its first message is on its way. */
export async function sessionOrNone(
  client: Client,
  sessionId: string,
): Promise<Session | undefined> {
  try {
    return await client.get('Session', `/api/sessions/${sessionId}`)
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

/** Returns the next entries after one; waits for them up to `seconds`. */
export async function entriesAfter(
  client: Client,
  sessionId: string,
  after: number,
  seconds = 0,
): Promise<readonly Entry[]> {
  const query = `after=${after}${seconds > 0 ? `&wait=${seconds}` : ''}`
  const { messages } = await client.get('EntryPage', `/api/sessions/${sessionId}/messages?${query}`)
  return messages
}
