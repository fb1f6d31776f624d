/** Lists sessions: all, most recently active first, or those in one state. */
import {
  firstEntries,
  type SessionSummary,
  sessionSummaries,
} from '../../src/adapters/session-summaries.ts'
import {
  isPlaceIn,
  listSessions,
  type SessionIndex,
  type SessionPlace,
} from '../../src/adapters/sessions.ts'
import { dollars, overText } from '../../src/core/receipt.ts'
import { type SessionState, sessionState } from '../../src/core/session-state.ts'
import { titleOf } from '../../src/core/title.ts'
import { Problem } from '../../src/http/problem.ts'
import { cursorOf, type Page } from '../../src/http/query.ts'

/** The index in which the sessions of each state are, with few others. */
const INDEX = {
  running: 'openRuns',
  recovering: 'openRuns',
  paused: 'openQuestions',
  waiting: 'openQuestions',
  idle: 'byActivity',
} as const satisfies Record<SessionState, SessionIndex>

interface Query extends Page {
  readonly state?: SessionState | undefined
}

interface Found {
  readonly place: SessionPlace
  readonly summary: SessionSummary
}

/**
 * Takes three requests, whatever the number of sessions, and two more for each 100 sessions in other states. Throws 400 if
 * the cursor is of another list.
 */
export async function sessions(query: Query) {
  const { shown, next } = await find(query)
  const first = await firstEntries(shown.map(({ summary }) => summary))
  return {
    sessions: shown.map(({ summary }) => {
      const entry = first.get(summary.sessionId)
      return summaryView(summary, (entry && titleOf(entry)) ?? null)
    }),
    next: cursorOf(next),
  }
}

/** How many places are looked at in one request if only one state is wanted. */
const LOOKED_AT = 100

async function find({ limit, cursor, state }: Query) {
  const index = state ? INDEX[state] : 'byActivity'
  if (cursor && !isPlaceIn(index, cursor))
    throw new Problem(400, 'cursor: use `next` of the previous page, with the same state.')
  const found: Found[] = []
  let next: Readonly<Record<string, unknown>> | undefined = cursor
  do {
    const page = await listSessions(index, state ? LOOKED_AT : limit, next)
    const summaries = await sessionSummaries(page.places.map(({ sessionId }) => sessionId))
    for (const place of page.places) {
      const summary = summaries.get(place.sessionId)
      if (summary && (!state || sessionState(summary) === state)) found.push({ place, summary })
    }
    next = page.next
  } while (next && found.length < limit)
  const shown = found.slice(0, limit)
  return { shown, next: found.length > limit ? shown.at(-1)?.place : next }
}

function summaryView(summary: SessionSummary, title: string | null) {
  const { sessionId, channel, createdAt, lastActivity, sender, run, paused, inbox, held, busy } =
    summary
  return {
    sessionId,
    title,
    channel,
    createdAt,
    lastActivity,
    ...(sender !== undefined && { sender }),
    state: sessionState(summary),
    paused: paused ? overText(paused) : null,
    pausedAt: paused ? (paused.at ?? lastActivity) : null,
    waiting: inbox.length,
    held: held.length,
    activeWorkerCount: Object.keys(busy).length,
    costUsd: dollars(summary.receipted),
    run: { id: run.id, open: run.open },
  }
}
