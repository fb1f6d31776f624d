/** The scheduled sweep: restarts open runs, reports lost legs, ends questions, ends leaked sandboxes, and publishes metrics. */
import * as z from 'zod'
import { isDueToday } from '../../src/adapters/daily.ts'
import { dayUse, rollUp } from '../../src/adapters/daily-totals.ts'
import { env } from '../../src/adapters/environment.ts'
import { logAbout, logger } from '../../src/adapters/logger.ts'
import { publish } from '../../src/adapters/metrics.ts'
import { waitingSessions } from '../../src/adapters/open-questions.ts'
import { endSandbox, listSandboxes, pauseSoon } from '../../src/adapters/sandboxes.ts'
import { isDeleted, readSession, staleRuns } from '../../src/adapters/sessions.ts'
import { startExecution } from '../../src/adapters/step-functions.ts'
import { liveWorkers, readWorker, type WorkerPage } from '../../src/adapters/workers.ts'
import { SandboxRefused } from '../../src/core/errors.ts'
import { legName } from '../../src/core/execution-name.ts'
import { type LogIds, logIds } from '../../src/core/log-ids.ts'
import { measuredToday } from '../../src/core/metrics.ts'
import { dateOf } from '../../src/core/tally.ts'
import { isVerifying, verifiedLeg } from '../../src/core/verification.ts'
import { task } from '../../src/triggers/task.ts'
import { collectDeadLeg } from '../../src/use-cases/collect-leg.ts'
import { endQuestions } from '../../src/use-cases/end-questions.ts'
import { endVerifier } from '../../src/use-cases/end-worker.ts'
import { startRun } from '../../src/use-cases/wake-run.ts'

/** Age limits in seconds: the schedule's input. */
const input = z.object({
  /** A session that changed more recently is being driven. */
  staleRunSeconds: z.number(),
  /** A younger sandbox may not be recorded yet. */
  newSandboxSeconds: z.number(),
  /**
   * After this long without instructions, a worker's sandbox is ended. Later instructions get a new one with the old
   * memory.
   */
  idleWorkerSeconds: z.number(),
  /** The time by which questions are due, instead of now, because a test does not wait for days. */
  at: z.iso.datetime().optional(),
})
type Ages = Omit<z.infer<typeof input>, 'at'>

const DAY = 86_400
const SOON_SECONDS = 1
const ago = (seconds: number) => Date.now() - seconds * 1000

export const sweepTask = task(input, async ({ at, ...ages }) => {
  const stale = await staleRuns(new Date(ago(ages.staleRunSeconds)).toISOString())
  await each('run', stale, ({ sessionId, run }) => startRun(sessionId, run))
  const now = at === undefined ? Date.now() : Date.parse(at)
  await each('question', await waitingSessions(), (session) => endQuestions(session, now))
  let LiveWorkers = 0
  for await (const page of pages('live')) {
    LiveWorkers += page.length
    await each('leg', page, reportIfOver)
  }
  for await (const page of pages('verifier'))
    await each('verifier', page, (verifier) => endIfUnneeded(verifier, ages))
  // Include yesterday, because counts from before midnight may have been posted after the last sweep.
  await each('day', [ago(DAY), ago(0)].map(dateOf), rollUp)
  // Publish before listing sandboxes, so that an outage of E2B does not hide what is spent.
  await each('total', [dateOf(ago(0))], async (date) =>
    publish({ ...measuredToday((await dayUse(date)).total), LiveWorkers }),
  )
  const sandboxes = await listSandboxes().catch(sayOnceIfRefused)
  await each('sandbox', sandboxes, (sandbox) => endIfForgotten(sandbox, ages), idsOfSandbox)
})

async function* pages(which: 'live' | 'verifier') {
  let next: WorkerPage['next']
  do {
    const page: WorkerPage = await liveWorkers(100, next, which)
    yield page.workers
    next = page.next
  } while (next)
}

/**
 * E2B refuses every sweep until the operator has set the key, so an error each time would hide others. Runs that need a
 * sandbox report the refusal to people and by alarm.
 */
async function sayOnceIfRefused(error: unknown): Promise<readonly Listed[]> {
  if (!(error instanceof SandboxRefused)) throw error
  if (await isDueToday('e2b-refused'))
    logger.warn(
      'E2B refuses to list sandboxes, so forgotten ones are not ended. Set the secret e2b-api-key. This is said once a day.',
      { error },
    )
  return []
}

/** Sweeps each item. A failure does not stop the others. */
async function each<Item>(
  what: string,
  items: readonly Item[],
  act: (item: Item) => Promise<void>,
  idsOf: (item: Item) => LogIds = logIds,
): Promise<void> {
  for (const item of items)
    await logAbout(idsOf(item), () =>
      act(item).catch((error: unknown) => logger.error(`${what} not swept`, { error })),
    )
}

/** Reports a leg whose execution ended without a report. A running one stays, and one that never started is started. */
async function reportIfOver({
  sessionId,
  workerId,
  leg,
  status,
}: WorkerPage['workers'][number]): Promise<void> {
  if (status !== 'queued' && status !== 'working' && status !== 'verifying') return
  const name = legName(sessionId, workerId, leg)
  const runs = await startExecution(env('WORKER_LEG_ARN'), name, { sessionId, workerId, leg })
  if (runs) return
  // E2B pauses the sandbox by itself. A sweep of many legs has no time to wait for pauses, and must not be cut off in one.
  const release = (sandboxId: string) => pauseSoon(sandboxId, SOON_SECONDS)
  await collectDeadLeg({ sessionId, workerId, leg }, { Error: 'its execution ended' }, { release })
}

/** Ends a verifier whose leg is over. A young one may not be recorded at its leg yet. */
async function endIfUnneeded(
  { sessionId, workerId: id, startedAt }: WorkerPage['workers'][number],
  { newSandboxSeconds }: Ages,
): Promise<void> {
  const verified = verifiedLeg(id)
  if (!verified || Date.parse(startedAt) > ago(newSandboxSeconds)) return
  const worker = await readWorker(sessionId, verified.workerId)
  if (!worker || !isVerifying(worker, verified.leg)) await endVerifier(sessionId, id)
}

interface Listed {
  readonly sandboxId: string
  readonly startedAt: Date
  readonly metadata: Readonly<Record<string, string>>
}

const idsOfSandbox = ({ metadata: { session, worker } }: Listed): LogIds =>
  logIds({ sessionId: session, workerId: worker })

/** What the log says of a sandbox that is ended. */
const ENDED = {
  leaked: 'leaked sandbox ended',
  idle: 'sandbox of an idle worker ended',
  outlived: 'sandbox ended that had outlived its session or worker',
}

/** Ends a sandbox that no session or worker owns, or whose worker has been idle for long. */
async function endIfForgotten(
  { sandboxId, startedAt, metadata }: Listed,
  { newSandboxSeconds, idleWorkerSeconds }: Ages,
): Promise<void> {
  const { session, worker } = metadata
  if (session === undefined || startedAt.getTime() > ago(newSandboxSeconds)) return
  const use =
    worker === undefined
      ? await useByConductor(sandboxId, session)
      : await useByWorker(sandboxId, session, worker, idleWorkerSeconds)
  if (use === 'owned') return
  logger.warn(ENDED[use], { sandboxId })
  await endSandbox(sandboxId)
  if (use === 'leaked') publish({ SandboxesLeaked: 1 })
}

type Use = 'owned' | keyof typeof ENDED

async function useByConductor(sandboxId: string, sessionId: string): Promise<Use> {
  const session = await readSession(sessionId)
  if (!session) return useByNobody(sessionId)
  return session.conductor.sandboxId === sandboxId ? 'owned' : 'leaked'
}

async function useByWorker(
  sandboxId: string,
  sessionId: string,
  workerId: string,
  idleSeconds: number,
): Promise<Use> {
  const worker = await readWorker(sessionId, workerId)
  if (!worker) return useByNobody(sessionId)
  if (worker.sandboxId !== sandboxId) return 'leaked'
  if (!worker.live) return 'outlived'
  const isIdle = worker.status === 'reported' && Date.parse(worker.lastActivity) < ago(idleSeconds)
  return isIdle ? 'idle' : 'owned'
}

/** Deletion does not wait for an end that E2B puts off (`endUnclaimed`), so what is left of it is no leak. */
const useByNobody = async (sessionId: string): Promise<Use> =>
  (await isDeleted(sessionId)) ? 'outlived' : 'leaked'
