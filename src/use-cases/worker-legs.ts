/** Starts workers' legs: first writes the worker's item, then starts an execution for the leg. */
import { randomUUID } from 'node:crypto'
import { env } from '../adapters/environment.ts'
import { startExecution } from '../adapters/step-functions.ts'
import { changeWorker, readWorker, spawnWorker } from '../adapters/workers.ts'
import type { ReturnAddress } from '../channels/index.ts'
import { type CommandOutcome, refused } from '../commands/define.ts'
import type { CommandType } from '../commands/index.ts'
import type { ExceededBudget, Unit } from '../core/budget.ts'
import { legName } from '../core/execution-name.ts'
import { overText } from '../core/receipt.ts'
import type { Session } from '../core/session.ts'
import { currentLeg, instruct, legId, newWorker } from '../core/worker.ts'
import { loadBudgetCheck } from './load-budget-check.ts'

/** The command that assigns a leg. */
export interface AssigningCommand {
  readonly session: Session
  readonly commandId: string
  /** The return addresses of the turn's messages. */
  readonly replyTo: readonly ReturnAddress[]
}

/** Creates a worker and starts its first leg. Repeating it changes nothing. */
export async function startWorker(
  command: AssigningCommand,
  workerId: string,
  work: { readonly task: string; readonly criteria: readonly string[] },
): Promise<CommandOutcome> {
  const { sessionId } = command.session
  const grant = await grantLeg(command, workerId, ['usd', 'workers'])
  if ('over' in grant) return overBudget('SPAWN_WORKER', grant.over)
  const id = { sessionId, workerId, cliSession: randomUUID() }
  await spawnWorker(newWorker(id, work, assignmentOf(command, grant.seconds)))
  return startLeg(sessionId, workerId, 1)
}

/** Starts another leg of a worker that has reported. Repeating it changes nothing. */
export async function instructWorker(
  command: AssigningCommand,
  workerId: string,
  instructions: string,
): Promise<CommandOutcome> {
  const { sessionId } = command.session
  const grant = await grantLeg(command, workerId, ['usd'])
  if ('over' in grant) return overBudget('MESSAGE_WORKER', grant.over)
  const changed = await changeWorker({ sessionId, workerId }, (worker) =>
    instruct(worker, instructions, assignmentOf(command, grant.seconds)),
  )
  if (!changed) return refused(`There is no worker ${workerId} in this session.`)
  const { output } = changed
  return 'refused' in output
    ? refused(`The instructions were not sent to ${workerId}: ${output.refused}.`)
    : startLeg(sessionId, workerId, output.leg)
}

const assignmentOf = ({ session, commandId, replyTo }: AssigningCommand, seconds: number) => ({
  commandId,
  run: session.run.id,
  at: new Date(),
  replyTo,
  seconds,
})

/**
 * The run pauses after the turn and the person gets a notice. The conductor sees the refusal when the run continues.
 */
const overBudget = (type: CommandType, over: ExceededBudget): CommandOutcome => ({
  ...refused(`${type} was not executed. ${overText(over)}`),
  over,
})

async function startLeg(sessionId: string, workerId: string, leg: number): Promise<CommandOutcome> {
  const worker = await readWorker(sessionId, workerId)
  if (!worker) throw new Error(`worker ${workerId} of ${sessionId} was just written`)
  await startExecution(env('WORKER_LEG_ARN'), legName(sessionId, workerId, leg), {
    sessionId,
    workerId,
    leg,
  })
  const { deadline, seconds } = currentLeg(worker)
  return {
    status: 'done',
    outcome: `${workerId} works on leg ${leg}`,
    started: { workerId, leg, deadline, reserved: seconds, reportId: legId(workerId, leg) },
  }
}

/** A shorter leg would be used up by starting. */
const SHORTEST_SECONDS = 15

/**
 * Decides how long a new leg may take: what the budgets leave, up to the limit of a leg. Returns the seconds, which are
 * reserved until the leg is over, or the budget that prevents it.
 */
async function grantLeg(
  { session, commandId }: AssigningCommand,
  workerId: string,
  units: readonly Unit[],
): Promise<{ readonly seconds: number } | { readonly over: ExceededBudget }> {
  // An attempt that died may have granted it already.
  const leg = (await readWorker(session.sessionId, workerId))?.legs.at(-1)
  if (leg?.commandId === commandId) return { seconds: leg.seconds }
  const check = await loadBudgetCheck(session)
  const over = check.over(session, units)
  if (over) return { over }
  const left = check.legSeconds(session, SHORTEST_SECONDS)
  return typeof left === 'number' ? { seconds: Math.min(env('LEG_SECONDS'), left) } : { over: left }
}
