/** Returns one session with its runs and workers, or one of its workers in detail. */
import { findBody } from '../../src/adapters/bodies.ts'
import { consoleLink } from '../../src/adapters/console.ts'
import { env } from '../../src/adapters/environment.ts'
import { readLedger } from '../../src/adapters/ledgers.ts'
import { firstEntries } from '../../src/adapters/session-summaries.ts'
import { readSession } from '../../src/adapters/sessions.ts'
import { latestWorkers, readWorker } from '../../src/adapters/workers.ts'
import { titleOf } from '../../src/core/title.ts'
import { sessionDetail, workerDetail } from '../../src/core/views.ts'
import { currentLeg, legId, type Worker } from '../../src/core/worker.ts'
import { noSession, noWorker } from '../../src/http/problem.ts'

/** How many of the latest workers are shown. Each worker also has its own URL. */
const WORKERS = 20

/** Always takes four requests. Throws 404 if there is no such session. */
export async function session(sessionId: string) {
  const [found, { total: models }] = await Promise.all([
    readSession(sessionId),
    readLedger(sessionId),
  ])
  if (!found) throw noSession(sessionId)
  const [workers, first] = await Promise.all([
    latestWorkers(sessionId, found.lastWorker, WORKERS),
    firstEntries([found]),
  ])
  const entry = first.get(sessionId)
  const title = (entry && titleOf(entry)) ?? null
  const seen = { models, workers, title, now: Date.now(), budgets: env('BUDGETS') }
  return sessionDetail(found, seen, consoleLink('REVIEW_LOOP_ARN'))
}

/** Throws 404 if there is no such worker. */
export async function worker(id: { readonly sessionId: string; readonly workerId: string }) {
  const found = await readWorker(id.sessionId, id.workerId)
  if (!found || found.verifies) throw noWorker()
  const { verifier, verification } = currentLeg(found)
  const running = verifier !== undefined && !verification
  return workerDetail(found, consoleLink('WORKER_LEG_ARN'), {
    claims: await claimsOf(found),
    verifier: running ? await readWorker(id.sessionId, verifier) : undefined,
  })
}

/** Returns the structured output of a worker's reports by leg. Bodies that have expired are left out. */
async function claimsOf({ sessionId, workerId, legs }: Worker) {
  const reports = await Promise.all(
    legs
      .filter(({ reported }) => reported)
      .map(async ({ n }) => ({ n, found: await findBody(sessionId, legId(workerId, n)) })),
  )
  return new Map(
    reports.flatMap(({ n, found }) =>
      found?.body.from === 'worker' && found.body.claims ? [[n, found.body.claims] as const] : [],
    ),
  )
}
