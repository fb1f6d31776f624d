/** Lists all sessions, most recently active first. */
import * as z from 'zod'
import { listSessions } from '../../src/adapters/sessions.ts'
import { cursorOf, page } from '../../src/http/query.ts'
import { sessionId } from '../../src/http/request.ts'

export const sessionPage = page(
  z.strictObject({
    active: z.literal('active'),
    lastActivity: z.iso.datetime(),
    sessionId,
  }),
)

/** Always takes one request. */
export async function sessions({ limit, cursor }: z.infer<typeof sessionPage>) {
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
