/** The scheduled sweep: open runs go on, legs are reported, no sandbox is forgotten, and what there is is measured. */
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

/** How old is old enough, in seconds: the schedule's input. */
const input = z.object({
  /** A session that moved since then is being driven. */
  unmoved: z.number(),
  /** A sandbox younger than this may not be noted yet. */
  young: z.number(),
  /** A worker that nobody sends on or ends for so long gets a new sandbox, and its memory back, should it be sent on. */
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
  // Yesterday's, too: what was counted before midnight may have been posted after the last sweep.
  await each('day', [ago(DAY), ago(0)].map(dateOf), rollUp)
  // Before the sandboxes, which another service has to list: that it is down must not hide what is spent.
  await each('total', [dateOf(ago(0))], async (date) =>
    publish({ ...measuredToday(await dayTotal(date)), LiveWorkers }),
  )
  const sandboxes = await listSandboxes()
  await each('sandbox', sandboxes, (sandbox) => endIfForgotten(sandbox, ages), idsOfSandbox)
})

/** One that fails does not keep the others from being swept. */
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

/** A leg whose execution is over without a report; one that runs is left alone, one that never started starts. */
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

/** A sandbox of ours that no session and no worker knows, or whose worker has rested for long. */
async function endIfForgotten(
  { sandboxId, startedAt, metadata }: Listed,
  { young, resting }: Ages,
): Promise<void> {
  const { session: sessionId, worker: workerId } = metadata
  if (sessionId === undefined || startedAt.getTime() > ago(young)) return
  const known =
    workerId === undefined
      ? { sandboxId: (await readSession(sessionId))?.conductor.sandboxId, rests: false }
      : await sandboxOfLive(sessionId, workerId, resting)
  const leaked = known.sandboxId !== sandboxId
  if (!leaked && !known.rests) return
  logger.warn(leaked ? 'forgotten sandbox ended' : 'resting sandbox ended', { sandboxId })
  await endSandbox(sandboxId)
  // Its creation was never noted, or its end was missed.
  if (leaked) publish({ SandboxesLeaked: 1 })
}

async function sandboxOfLive(
  sessionId: string,
  workerId: string,
  resting: number,
): Promise<{ sandboxId: string | undefined; rests: boolean }> {
  const worker = await readWorker(sessionId, workerId)
  if (!worker?.live) return { sandboxId: undefined, rests: false }
  const rests = worker.status === 'reported' && Date.parse(worker.lastActivity) < ago(resting)
  return { sandboxId: worker.sandboxId, rests }
}
