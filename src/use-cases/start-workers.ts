/** Starts the workers of a command: one, or several side by side on the same task. */
import { randomUUID } from 'node:crypto'
import { spawnWorker } from '../adapters/workers.ts'
import type { CommandOutcome } from '../commands/define.ts'
import type { ExceededBudget } from '../core/budget.ts'
import { overText } from '../core/receipt.ts'
import type { Session } from '../core/session.ts'
import { add } from '../core/tally.ts'
import { newWorker, type Worker } from '../core/worker.ts'
import { busyAfter, type StartedLeg } from '../protocol/run-commands.ts'
import {
  type AssigningCommand,
  assignmentOf,
  grantLeg,
  overBudget,
  startLeg,
} from './worker-legs.ts'

/**
 * Creates these workers and starts their first legs, in order, until a budget is used up. Repeating it changes nothing,
 * and starts those that an attempt that died has not started.
 */
export async function startWorkers(
  command: AssigningCommand,
  workerIds: readonly string[],
  work: Pick<Worker, 'task' | 'criteria' | 'verify'>,
): Promise<CommandOutcome> {
  const { sessionId } = command.session
  const group = workerIds.length > 1 && { group: command.commandId }
  const started: StartedLeg[] = []
  for (const workerId of workerIds) {
    const session = withLegs(command.session, started)
    const grant = await grantLeg({ ...command, session }, workerId, {
      units: ['usd', 'workers'],
      work,
    })
    if ('over' in grant)
      return started.length === 0
        ? overBudget('SPAWN_WORKER', grant.over)
        : fewer(started, workerIds.length, grant.over)
    const id = { sessionId, workerId, cliSession: randomUUID() }
    const worker = newWorker(id, { ...work, ...group }, assignmentOf(command, grant))
    started.push(await startLeg(await spawnWorker(worker), 1))
  }
  return { status: 'done', outcome: atWork(started), started }
}

/** The session as it will be once these legs are recorded: what they may use is not granted again. */
const withLegs = (session: Session, started: readonly StartedLeg[]): Session => ({
  ...session,
  counts: add(session.counts, { workers: started.length }),
  busy: busyAfter(session, started, { now: Date.now() }),
})

const atWork = (started: readonly StartedLeg[]): string => {
  const names = started.map(({ workerId }) => workerId).join(', ')
  return started.length === 1 ? `${names} works on leg 1` : `${names} work on leg 1, side by side`
}

/** The conductor is told how many reports it may wait for. The run goes on with these. */
const fewer = (
  started: readonly StartedLeg[],
  wanted: number,
  over: ExceededBudget,
): CommandOutcome => {
  const why = `Only ${started.length} of ${wanted} attempts fit into the budget. ${overText(over)}`
  return {
    status: 'done',
    outcome: `${atWork(started)}. ${why}`,
    notice: `SPAWN_WORKER: ${atWork(started)}. ${why}`,
    started,
  }
}
