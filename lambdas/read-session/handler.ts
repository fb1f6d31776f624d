/** One session with its runs and workers, and one of its workers with all it did. */
import { consoleLink } from '../../src/adapters/console.ts'
import { readLedger } from '../../src/adapters/ledgers.ts'
import { readSession } from '../../src/adapters/sessions.ts'
import { latestWorkers, readWorker } from '../../src/adapters/workers.ts'
import { sessionDetail, workerDetail } from '../../src/core/views.ts'
import { requireReader } from '../../src/http/authenticate.ts'
import { http } from '../../src/http/http.ts'
import { noSession, noWorker, Problem } from '../../src/http/problem.ts'
import { check, sessionId as sessionIdSchema } from '../../src/http/request.ts'
import { json } from '../../src/http/respond.ts'

/** So many of its workers are shown, the latest; each of them, by its number, at its own address. */
const WORKERS = 20

export const handler = http(async (event) => {
  await requireReader(event.headers.authorization)
  const sessionId = check(sessionIdSchema, event.pathParameters?.sessionId, 'The session id')
  switch (event.routeKey) {
    case 'GET /api/sessions/{sessionId}':
      return json(await session(sessionId))
    case 'GET /api/sessions/{sessionId}/workers/{workerId}': {
      const worker = await readWorker(sessionId, event.pathParameters?.workerId ?? '')
      if (!worker) throw noWorker()
      return json(workerDetail(worker, consoleLink('WORKER_LEG_ARN')))
    }
    default:
      throw new Problem(404, `There is no route ${event.routeKey}.`)
  }
})

/** Three requests, whatever is stored. */
async function session(sessionId: string) {
  const [found, { total: models }] = await Promise.all([
    readSession(sessionId),
    readLedger(sessionId),
  ])
  if (!found) throw noSession(sessionId)
  const workers = await latestWorkers(sessionId, found.lastWorker, WORKERS)
  const seen = { models, workers, now: Date.now() }
  return sessionDetail(found, seen, consoleLink('REVIEW_LOOP_ARN'))
}
