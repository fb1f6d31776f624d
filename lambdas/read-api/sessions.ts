/** Lists all sessions, most recently active first. */
import { listSessions } from '../../src/adapters/sessions.ts'
import { cursorOf, type Page } from '../../src/http/query.ts'

/** Always takes one request. */
export async function sessions({ limit, cursor }: Page) {
  const { sessions: listed, next } = await listSessions(limit, cursor)
  return {
    sessions: listed.map(({ sessionId: id, channel, createdAt, lastActivity, run }) => ({
      sessionId: id,
      channel,
      createdAt,
      lastActivity,
      run: { id: run.id, open: run.open },
    })),
    next: cursorOf(next),
  }
}
