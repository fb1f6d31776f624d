/** A session's history, and one of its workers with all it did. */
import { setTimeout as wait } from 'node:timers/promises'
import * as z from 'zod'
import { readEntries } from '../adapters/history.ts'
import { readSession } from '../adapters/sessions.ts'
import { readWorker } from '../adapters/workers.ts'
import type { Entry } from '../core/history.ts'
import { workerDetail } from '../core/views.ts'
import { requireOperator } from '../http/authenticate.ts'
import { http } from '../http/http.ts'
import { Problem } from '../http/problem.ts'
import { check, sessionId as sessionIdSchema } from '../http/request.ts'
import { json } from '../http/respond.ts'

const query = z.object({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(100),
  /** Seconds to wait for an entry when there is none. */
  wait: z.coerce.number().min(0).max(25).default(0),
})

export const handler = http(async (event) => {
  await requireOperator(event.headers.authorization)
  const sessionId = check(sessionIdSchema, event.pathParameters?.sessionId, 'The session id')
  switch (event.routeKey) {
    case 'GET /api/sessions/{sessionId}/messages':
      return json(
        await history(sessionId, check(query, event.queryStringParameters ?? {}, 'The query')),
      )
    case 'GET /api/sessions/{sessionId}/workers/{workerId}': {
      const worker = await readWorker(sessionId, event.pathParameters?.workerId ?? '')
      if (!worker) throw new Problem(404, 'There is no such worker in this session.')
      return json(workerDetail(worker))
    }
    default:
      throw new Problem(404, `There is no route ${event.routeKey}.`)
  }
})

async function history(sessionId: string, { after, limit, wait: seconds }: z.infer<typeof query>) {
  const messages = await entriesWithin(seconds * 1000, () => entriesAfter(sessionId, after, limit))
  const answered = whatFits(messages)
  return { messages: answered, next: answered.at(-1)?.seq ?? after }
}

/** A function answers at most 6 MB; the rest is for the next request. */
const MAX_BYTES = 4_000_000

/** The oldest entries that fit, at least one. */
function whatFits(entries: readonly Entry[]): readonly Entry[] {
  let bytes = 0
  const over = entries.findIndex((entry, i) => {
    bytes += Buffer.byteLength(JSON.stringify(entry))
    return i > 0 && bytes > MAX_BYTES
  })
  return over < 0 ? entries : entries.slice(0, over)
}

/** Entries that were deleted with an earlier conversation are no gap. Throws 404 when there is no such session. */
async function entriesAfter(
  sessionId: string,
  after: number,
  limit: number,
): Promise<readonly Entry[]> {
  const entries = await readEntries(sessionId, after, limit)
  if (entries.length > 0) return entries
  const session = await readSession(sessionId)
  if (!session) throw new Problem(404, `There is no session ${sessionId}.`)
  const { forgottenTo = 0 } = session
  return after < forgottenTo ? readEntries(sessionId, forgottenTo, limit) : entries
}

const PAUSE_MS = 300

async function entriesWithin(
  ms: number,
  read: () => Promise<readonly Entry[]>,
): Promise<readonly Entry[]> {
  const until = Date.now() + ms
  for (;;) {
    const entries = await read()
    if (entries.length > 0 || Date.now() + PAUSE_MS > until) return entries
    await wait(PAUSE_MS)
  }
}
