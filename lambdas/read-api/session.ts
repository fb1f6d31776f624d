/** Returns one session with its runs and workers, or one of its workers in detail. */
import { consoleLink } from '../../src/adapters/console.ts'
import { readLedger } from '../../src/adapters/ledgers.ts'
import { readSession } from '../../src/adapters/sessions.ts'
import { latestWorkers, readWorker } from '../../src/adapters/workers.ts'
import { sessionDetail, workerDetail } from '../../src/core/views.ts'
import { noSession, noWorker } from '../../src/http/problem.ts'
import { check, type HttpEvent, sessionId as sessionIdSchema } from '../../src/http/request.ts'
import { type HttpResponse, json } from '../../src/http/respond.ts'

/** How many of the latest workers are shown. Each worker also has its own URL. */
const WORKERS = 20

export const session = async (event: HttpEvent): Promise<HttpResponse> =>
  json(await detailOf(sessionIdOf(event)))

export async function worker(event: HttpEvent): Promise<HttpResponse> {
  const found = await readWorker(sessionIdOf(event), event.pathParameters?.workerId ?? '')
  if (!found) throw noWorker()
  return json(workerDetail(found, consoleLink('WORKER_LEG_ARN')))
}

const sessionIdOf = (event: HttpEvent) =>
  check(sessionIdSchema, event.pathParameters?.sessionId, 'The session id')

/** Always takes three requests. */
async function detailOf(sessionId: string) {
  const [found, { total: models }] = await Promise.all([
    readSession(sessionId),
    readLedger(sessionId),
  ])
  if (!found) throw noSession(sessionId)
  const workers = await latestWorkers(sessionId, found.lastWorker, WORKERS)
  const seen = { models, workers, now: Date.now() }
  return sessionDetail(found, seen, consoleLink('REVIEW_LOOP_ARN'))
}
