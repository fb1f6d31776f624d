/** Returns one session with its runs and workers, or one of its workers in detail. */
import { consoleLink } from '../../src/adapters/console.ts'
import { readLedger } from '../../src/adapters/ledgers.ts'
import { readSession } from '../../src/adapters/sessions.ts'
import { latestWorkers, readWorker } from '../../src/adapters/workers.ts'
import { sessionDetail, workerDetail } from '../../src/core/views.ts'
import { noSession, noWorker } from '../../src/http/problem.ts'

/** How many of the latest workers are shown. Each worker also has its own URL. */
const WORKERS = 20

/** Always takes three requests. Throws 404 if there is no such session. */
export async function session(sessionId: string) {
  const [found, { total: models }] = await Promise.all([
    readSession(sessionId),
    readLedger(sessionId),
  ])
  if (!found) throw noSession(sessionId)
  const workers = await latestWorkers(sessionId, found.lastWorker, WORKERS)
  const seen = { models, workers, now: Date.now() }
  return sessionDetail(found, seen, consoleLink('REVIEW_LOOP_ARN'))
}

/** Throws 404 if there is no such worker. */
export async function worker(id: { readonly sessionId: string; readonly workerId: string }) {
  const found = await readWorker(id.sessionId, id.workerId)
  if (!found) throw noWorker()
  return workerDetail(found, consoleLink('WORKER_LEG_ARN'))
}
