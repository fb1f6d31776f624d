/** The scheduled sweep: whatever was lost on the way, open runs go on, legs are reported, no sandbox is forgotten. */
import { variable } from '../adapters/environment.ts'
import { logger } from '../adapters/logger.ts'
import { endSandbox, listSandboxes } from '../adapters/sandboxes.ts'
import { readSession, unmovedRuns } from '../adapters/sessions.ts'
import { liveWorkers, type Page, readWorker } from '../adapters/workers.ts'
import { start } from '../adapters/workflow.ts'
import { legName } from '../core/execution-name.ts'
import { collectLeg } from '../run/collect-leg.ts'
import { drive } from '../run/wake.ts'

/** A session that moved a moment ago is being driven. */
const UNMOVED_MS = 2 * 60_000
/** A sandbox younger than this may not be noted yet. */
const YOUNG_MS = 5 * 60_000

/** A worker that nobody sends on or ends for so long gets a new sandbox, and its memory back, should it be sent on. */
const REST_MS = 24 * 3_600_000

export const handler = async (): Promise<void> => {
  await each('run', await unmovedRuns(new Date(Date.now() - UNMOVED_MS).toISOString()), (open) =>
    drive(open.sessionId, open.run),
  )
  let next: Page['next']
  do {
    const page: Page = await liveWorkers(100, next)
    await each('leg', page.workers, reportIfOver)
    next = page.next
  } while (next)
  await each('sandbox', await listSandboxes(), endIfForgotten)
}

/** One that fails does not keep the others from being swept. */
async function each<Item>(
  what: string,
  items: readonly Item[],
  act: (item: Item) => Promise<void>,
): Promise<void> {
  for (const item of items)
    await act(item).catch((error: unknown) => logger.error(`${what} not swept`, { item, error }))
}

/** A leg whose execution is over without a report; one that runs is left alone, one that never started starts. */
async function reportIfOver({
  sessionId,
  workerId,
  leg,
  status,
}: Page['workers'][number]): Promise<void> {
  if (status !== 'queued' && status !== 'working') return
  const name = legName(sessionId, workerId, leg)
  const runs = await start(variable('WORKER_LEG_ARN'), name, { sessionId, workerId, leg })
  if (!runs) await collectLeg({ sessionId, workerId, leg }, { Error: 'its execution ended' })
}

interface Listed {
  readonly sandboxId: string
  readonly startedAt: Date
  readonly metadata: Readonly<Record<string, string>>
}

/** A sandbox of ours that no session and no worker knows: its creation was never noted, or its end was missed. */
async function endIfForgotten({ sandboxId, startedAt, metadata }: Listed): Promise<void> {
  const { session: sessionId, worker: workerId } = metadata
  if (sessionId === undefined || Date.now() - startedAt.getTime() < YOUNG_MS) return
  const known =
    workerId === undefined
      ? (await readSession(sessionId))?.conductor.sandboxId
      : await sandboxOfLive(sessionId, workerId)
  if (known === sandboxId) return
  logger.warn('forgotten sandbox ended', { sandboxId, ...metadata })
  await endSandbox(sandboxId)
}

async function sandboxOfLive(sessionId: string, workerId: string): Promise<string | undefined> {
  const worker = await readWorker(sessionId, workerId)
  const resting =
    worker?.status === 'reported' && Date.parse(worker.lastActivity) < Date.now() - REST_MS
  return worker?.live && !resting ? worker.sandboxId : undefined
}
