/** The list of conversations, with search and filters in the address. */
import { signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { call } from '../api/client.ts'
import { useInTurn } from '../api/in-turn.ts'
import { INBOX, useWaitingCount } from '../api/inbox.ts'
import { mayChange } from '../api/token.ts'
import type { ListedSession } from '../api/types.ts'
import { SessionRow } from '../parts/session-row.tsx'
import { place, replace, to } from '../router.ts'

const PAGE = 100
const STATES = [
  'running',
  'recovering',
  'waiting',
  'paused',
  'idle',
] as const satisfies readonly ListedSession['state'][]
type State = (typeof STATES)[number]
const signOf = ({ sessionId, state, run }: ListedSession) => `${sessionId} ${state} ${run.id}`

export function Conversations() {
  const { query } = place.value
  const state = stateIn(query)
  const latest = useInTurn(
    `sessions ${state}`,
    {
      sessions: (signal: AbortSignal) =>
        call('GET /api/sessions', { query: { state, limit: PAGE }, signal }),
      ...INBOX,
    },
    {
      isBusy: ({ sessions }) => sessions.sessions.some((each) => each.state === 'running'),
      busyMs: 4000,
      signOf: ({ sessions }) => sessions.sessions.map(signOf).join(),
    },
  )
  const older = useMemo(() => createOlder(state), [state])
  useEffect(() => () => older.end(), [older])
  const loaded = latest.value.value
  const first = loaded?.sessions
  useWaitingCount(loaded)
  const all = first ? joined(first.sessions, older.sessions.value) : []
  const shown = all.filter(matches(query.get('q') ?? ''))
  const next = older.next.value === undefined ? first?.next : older.next.value
  return (
    <main class="page list">
      <header class="head">
        <h1>Conversations</h1>
        {mayChange.value && (
          <a class="button primary" href={to(['new'])}>
            New
          </a>
        )}
      </header>
      <Filters query={query} />
      {latest.error.value && !first && <p class="problem">{latest.error.value.message}</p>}
      {!first && !latest.error.value && <p class="quiet">Loading …</p>}
      {first && shown.length === 0 && (
        <Nothing isFiltered={all.length > 0 || state !== undefined} isMore={next !== null} />
      )}
      <ul class="sessions">
        {shown.map((session) => (
          <SessionRow key={session.sessionId} session={session} />
        ))}
      </ul>
      {next && (
        <button type="button" disabled={older.isBusy.value} onClick={() => older.load(next)}>
          {older.problem.value ?? 'Show older conversations'}
        </button>
      )}
    </main>
  )
}

/** The filter in the address, if it is a state. */
const stateIn = (query: URLSearchParams): State | undefined =>
  STATES.find((each) => each === query.get('state'))

/** Further pages of the list, which are not loaded again. */
function createOlder(state: State | undefined) {
  const sessions = signal<readonly ListedSession[]>([])
  /** Undefined before the second page. */
  const next = signal<string | null | undefined>(undefined)
  const isBusy = signal(false)
  const problem = signal<string | undefined>(undefined)
  const abort = new AbortController()
  return {
    sessions,
    next,
    isBusy,
    problem,
    end: () => abort.abort(),
    async load(cursor: string) {
      isBusy.value = true
      problem.value = undefined
      try {
        const query = { state, limit: PAGE, cursor }
        const page = await call('GET /api/sessions', { query, signal: abort.signal })
        sessions.value = joined(sessions.value, page.sessions)
        next.value = page.next
      } catch {
        problem.value = 'They could not be loaded. Try again'
      } finally {
        isBusy.value = false
      }
    },
  }
}

/** A session may move to the first page while others are loaded. */
function joined(newer: readonly ListedSession[], older: readonly ListedSession[]) {
  const known = new Set(newer.map(({ sessionId }) => sessionId))
  return [...newer, ...older.filter(({ sessionId }) => !known.has(sessionId))]
}

function matches(words: string) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return (session: ListedSession) => {
    const { sessionId, title, sender, channel } = session
    const text = `${sessionId} ${title ?? ''} ${sender ?? ''} ${channel}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  }
}

function Filters({ query }: { query: URLSearchParams }) {
  const q = query.get('q') ?? ''
  const state = query.get('state') ?? ''
  return (
    <search class="filters">
      <input
        type="search"
        aria-label="Search conversations"
        placeholder="Search"
        value={q}
        data-search
        onInput={(event) =>
          replace(to(['conversations'], { query: { q: event.currentTarget.value, state } }))
        }
      />
      <select
        aria-label="State"
        value={state}
        onChange={(event) =>
          replace(to(['conversations'], { query: { q, state: event.currentTarget.value } }))
        }
      >
        <option value="">All states</option>
        {STATES.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </search>
  )
}

function Nothing({ isFiltered, isMore }: { isFiltered: boolean; isMore: boolean }) {
  if (isFiltered)
    return <p class="quiet">No conversation matches{isMore && ' among those that are loaded'}.</p>
  return (
    <div class="empty">
      <p>Nobody has written yet.</p>
      {mayChange.value && <a href={to(['new'])}>Write the first message</a>}
    </div>
  )
}
