/** The scheduled sweep: restarts open runs, reports lost legs, ends leaked sandboxes, and publishes metrics. */
import * as z from 'zod'
import { env } from '../../src/adapters/environment.ts'
import { logAbout, logger } from '../../src/adapters/logger.ts'
import { publish } from '../../src/adapters/metrics.ts'
import { endSandbox, listSandboxes } from '../../src/adapters/sandboxes.ts'
import { readSession, unmovedRuns } from '../../src/adapters/sessions.ts'
import { startExecution } from '../../src/adapters/step-functions.ts'
import { dayTotal, rollUp } from '../../src/adapters/totals.ts'
import { liveWorkers, readWorker, type WorkerPage } from '../../src/adapters/workers.ts'
import { legName } from '../../src/core/execution-name.ts'
import { type LogIds, logIds } from '../../src/core/log-ids.ts'
import { measuredToday } from '../../src/core/metrics.ts'
import { dateOf } from '../../src/core/tally.ts'
import { task } from '../../src/triggers/task.ts'
import { collectLeg } from '../../src/use-cases/collect-leg.ts'
import { startRun } from '../../src/use-cases/wake-run.ts'

/** Age limits in seconds: the schedule's input. */
const input = z.object({
  /** A session that changed more recently is being driven. */
  unmoved: z.number(),
  /** A younger sandbox may not be recorded yet. */
  young: z.number(),
  /**
   * After this long without instructions, a worker's sandbox is ended. Later instructions get a new one with the old
   * memory.
   */
  resting: z.number(),
})
type Ages = z.infer<typeof input>

const DAY = 86_400
const ago = (seconds: number) => Date.now() - seconds * 1000

export const sweepTask = task(input, async (ages) => {
  const unmoved = await unmovedRuns(new Date(ago(ages.unmoved)).toISOString())
  await each('run', unmoved, ({ sessionId, run }) => startRun(sessionId, run))
  let LiveWorkers = 0
  let next: WorkerPage['next']
  do {
    const page: WorkerPage = await liveWorkers(100, next)
    LiveWorkers += page.workers.length
    await each('leg', page.workers, reportIfOver)
    next = page.next
  } while (next)
  // Include yesterday, because counts from before midnight may have been posted after the last sweep.
  await each('day', [ago(DAY), ago(0)].map(dateOf), rollUp)
  // Publish before listing sandboxes, so that an outage of E2B does not hide what is spent.
  await each('total', [dateOf(ago(0))], async (date) =>
    publish({ ...measuredToday(await dayTotal(date)), LiveWorkers }),
  )
  const sandboxes = await listSandboxes()
  await each('sandbox', sandboxes, (sandbox) => endIfForgotten(sandbox, ages), idsOfSandbox)
})

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
  if (status !== 'queued' && status !== 'working') return
  const name = legName(sessionId, workerId, leg)
  const runs = await startExecution(env('WORKER_LEG_ARN'), name, { sessionId, workerId, leg })
  if (!runs) await collectLeg({ sessionId, workerId, leg }, { Error: 'its execution ended' })
}

interface Listed {
  readonly sandboxId: string
  readonly startedAt: Date
  readonly metadata: Readonly<Record<string, string>>
}

const idsOfSandbox = ({ metadata: { session, worker } }: Listed): LogIds =>
  logIds({ sessionId: session, workerId: worker })

/** Ends a sandbox that no session or worker owns, or whose worker has been idle for long. */
async function endIfForgotten(
  { sandboxId, startedAt, metadata }: Listed,
  { young, resting }: Ages,
): Promise<void> {
  const { session: sessionId, worker: workerId } = metadata
  if (sessionId === undefined || startedAt.getTime() > ago(young)) return
  const known =
    workerId === undefined
      ? { sandboxId: (await readSession(sessionId))?.conductor.sandboxId, isResting: false }
      : await sandboxOfLive(sessionId, workerId, resting)
  const leaked = known.sandboxId !== sandboxId
  if (!leaked && !known.isResting) return
  logger.warn(leaked ? 'leaked sandbox ended' : 'resting sandbox ended', { sandboxId })
  await endSandbox(sandboxId)
  // Its creation was never recorded, or ending it failed.
  if (leaked) publish({ SandboxesLeaked: 1 })
}

async function sandboxOfLive(
  sessionId: string,
  workerId: string,
  resting: number,
): Promise<{ sandboxId: string | undefined; isResting: boolean }> {
  const worker = await readWorker(sessionId, workerId)
  if (!worker?.live) return { sandboxId: undefined, isResting: false }
  const isResting = worker.status === 'reported' && Date.parse(worker.lastActivity) < ago(resting)
  return { sandboxId: worker.sandboxId, isResting }
}
