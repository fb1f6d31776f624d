/** One session with its runs and workers, and one of its workers with all it did. */
import { consoleLink } from '../../src/adapters/console.ts'
import { readLedger } from '../../src/adapters/ledgers.ts'
import { readSession } from '../../src/adapters/sessions.ts'
import { latestWorkers, readWorker } from '../../src/adapters/workers.ts'
import { sessionDetail, workerDetail } from '../../src/core/views.ts'
import { noSession, noWorker } from '../../src/http/problem.ts'

/** So many of its workers are shown, the latest; each of them, by its number, at its own address. */
const WORKERS = 20

/** Three requests, whatever is stored. Throws 404 when there is no such session. */
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

/** Throws 404 when there is no such worker. */
export async function worker(id: { readonly sessionId: string; readonly workerId: string }) {
  const found = await readWorker(id.sessionId, id.workerId)
  if (!found) throw noWorker()
  return workerDetail(found, consoleLink('WORKER_LEG_ARN'))
}
