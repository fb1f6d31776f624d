/** Returns the conductor of the most recently active session, and the latest workers. */
import { createHash } from 'node:crypto'
import { outboxLength } from '../../src/adapters/outbox.ts'
import { latestSession, readSession } from '../../src/adapters/sessions.ts'
import { liveWorkers } from '../../src/adapters/workers.ts'
import type { ConductorView } from '../../src/contract/api/conductor.ts'
import { type SessionState, sessionState } from '../../src/core/session-state.ts'
import { conductorView, workerView } from '../../src/core/views.ts'
import { json, unlessKnown } from '../../src/http/respond.ts'

/** How many of the latest live workers are shown. `/api/monitoring/workers` lists all of them. */
const WORKERS = 50

const STATUS = {
  running: 'online',
  recovering: 'degraded',
  paused: 'degraded',
  waiting: 'idle',
  idle: 'idle',
} as const satisfies Record<SessionState, string>

const withoutTimes = ({ uptime, uptimeSeconds: _, ...lasting }: ConductorView) => ({
  ...lasting,
  isUp: uptime > 0,
})

/** Always takes four requests. `known` is the caller's `If-None-Match`. */
export async function status(known: string | undefined) {
  const now = Date.now()
  const [session, { workers }, outgoing] = await Promise.all([
    latestSession().then((id) => (id === undefined ? undefined : readSession(id))),
    liveWorkers(WORKERS),
    outboxLength(),
  ])
  const conductor = session ? conductorView(session, now) : null
  const shown = {
    status: session ? STATUS[sessionState(session)] : 'idle',
    conductor,
    workers: workers.map(workerView),
    outgoing,
  }
  // The ETag ignores values that only depend on the time, because they are no news; so it is weak.
  const lasting = { ...shown, conductor: conductor && withoutTimes(conductor) }
  const etag = `W/"${createHash('sha256').update(JSON.stringify(lasting)).digest('base64url').slice(0, 22)}"`
  return unlessKnown(known, etag, json({ ...shown, timestamp: new Date(now).toISOString() }))
}
