/** What is going on now: the latest conductor and the live workers. */
import * as z from 'zod'
import { latestSession, readSession } from '../adapters/sessions.ts'
import { liveWorkers, type Page } from '../adapters/workers.ts'
import type { Session } from '../core/session.ts'
import { conductorView, workerView } from '../core/views.ts'
import { requireOperator } from '../http/authenticate.ts'
import { http } from '../http/http.ts'
import { Problem } from '../http/problem.ts'
import { check } from '../http/request.ts'
import { json } from '../http/respond.ts'

export const handler = http(async (event) => {
  await requireOperator(event.headers.authorization)
  switch (event.routeKey) {
    case 'GET /api/monitoring/status':
      return json(await status())
    case 'GET /api/monitoring/workers':
      return json(await workers(check(page, event.queryStringParameters ?? {}, 'The query')))
    default:
      throw new Problem(404, `There is no route ${event.routeKey}.`)
  }
})

/** Three requests, however much is stored. */
async function status() {
  const now = Date.now()
  const [session, { workers }] = await Promise.all([
    latestSession().then((id) => (id === undefined ? undefined : readSession(id))),
    liveWorkers(100),
  ])
  return {
    status: stateOf(session),
    conductor: session ? conductorView(session, now) : null,
    workers: workers.map(workerView),
    timestamp: new Date(now).toISOString(),
  }
}

/** `degraded`: the latest session's run had to be taken over after a failure. */
function stateOf(session: Session | undefined): 'online' | 'idle' | 'degraded' {
  if (!session?.run.open) return 'idle'
  return session.run.tries > 0 ? 'degraded' : 'online'
}

const cursorKey = z.strictObject({
  live: z.literal('live'),
  startedAt: z.string().min(1),
  sessionId: z.string().min(1),
  workerId: z.string().min(1),
})

const page = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z
    .string()
    .transform((text, context) => {
      try {
        return cursorKey.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
      } catch {
        context.addIssue('is not a cursor of ours: take `next` of the page before')
        return z.NEVER
      }
    })
    .optional(),
})

async function workers({ limit, cursor }: z.infer<typeof page>) {
  const { workers: live, next } = await liveWorkers(limit, cursor)
  return { workers: live.map(workerView), next: cursorOf(next) }
}

const cursorOf = (next: Page['next']) =>
  next ? Buffer.from(JSON.stringify(next)).toString('base64url') : null
