/** Lists all sessions, most recently active first. */
import {
  firstEntries,
  type SessionSummary,
  sessionSummaries,
} from '../../src/adapters/session-summaries.ts'
import { listSessions } from '../../src/adapters/sessions.ts'
import { dollars, overText } from '../../src/core/receipt.ts'
import { sessionState } from '../../src/core/session-state.ts'
import { titleOf } from '../../src/core/title.ts'
import { cursorOf, type Page } from '../../src/http/query.ts'

/** Takes three requests, whatever the number of sessions. */
export async function sessions({ limit, cursor }: Page) {
  const { sessions: listed, next } = await listSessions(limit, cursor)
  const summaries = await sessionSummaries(listed.map(({ sessionId }) => sessionId))
  const first = await firstEntries(summaries.values())
  return {
    sessions: listed.flatMap(({ sessionId, channel, createdAt, lastActivity }) => {
      const summary = summaries.get(sessionId)
      const entry = first.get(sessionId)
      if (!summary) return []
      const title = (entry && titleOf(entry)) ?? null
      return [{ sessionId, title, channel, createdAt, lastActivity, ...summaryView(summary) }]
    }),
    next: cursorOf(next),
  }
}

const summaryView = (summary: SessionSummary) => {
  const { sender, run, paused, inbox, held, busy, receipted } = summary
  return {
    ...(sender !== undefined && { sender }),
    state: sessionState(summary),
    paused: paused ? overText(paused) : null,
    waiting: inbox.length,
    held: held.length,
    activeWorkerCount: Object.keys(busy).length,
    costUsd: dollars(receipted),
    run: { id: run.id, open: run.open },
  }
}
