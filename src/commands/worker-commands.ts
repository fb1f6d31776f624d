/** The commands about workers. */
import { randomUUID } from 'node:crypto'
import { env } from '../adapters/environment.ts'
import { startExecution } from '../adapters/step-functions.ts'
import { changeWorker, readWorker, sessionWorkers, spawnWorker } from '../adapters/workers.ts'
import type { ExceededBudget } from '../core/budget.ts'
import { legName } from '../core/execution-name.ts'
import { overText } from '../core/receipt.ts'
import { currentLeg, instruct, legId, newWorker, type Verdict } from '../core/worker.ts'
import { endWorker } from '../use-cases/end-worker.ts'
import { grantLeg } from '../use-cases/grant-leg.ts'
import type { Command } from './command.ts'
import { type CommandContext, type CommandOutcome, refused } from './execute.ts'

type Of<Type extends Command['type']> = Extract<Command, { type: Type }>

/** The worker's item, then its first leg as an execution of its own. */
export async function startWorker(
  { task, criteria }: Of<'SPAWN_WORKER'>,
  context: CommandContext,
): Promise<CommandOutcome> {
  const { sessionId, run, commandId, spawned, replyTo } = context
  if (spawned === undefined) throw new Error(`${commandId} spawns a worker and has no id for it`)
  const grant = await grantLeg(context, spawned, ['usd', 'workers'])
  if ('over' in grant) return refusedBy(grant.over, 'SPAWN_WORKER')
  const id = { sessionId, workerId: spawned, cliSession: randomUUID() }
  const assignment = { commandId, run, at: new Date(), replyTo, ...grant }
  await spawnWorker(newWorker(id, { task, criteria }, assignment))
  return startLeg(sessionId, spawned, 1)
}

/** The run pauses at the end of the turn and the person is told; the conductor hears of it when the run goes on. */
const refusedBy = (over: ExceededBudget, type: Command['type']): CommandOutcome => ({
  ...refused(`${type} was not done. ${overText(over)}`),
  over,
})

/** A further leg of a worker that has reported. */
export async function messageWorker(
  { workerId, instructions }: Of<'MESSAGE_WORKER'>,
  context: CommandContext,
): Promise<CommandOutcome> {
  const { sessionId, run, commandId, replyTo } = context
  const grant = await grantLeg(context, workerId, ['usd'])
  if ('over' in grant) return refusedBy(grant.over, 'MESSAGE_WORKER')
  const assignment = { commandId, run, at: new Date(), replyTo, ...grant }
  const changed = await changeWorker({ sessionId, workerId }, (worker) =>
    instruct(worker, instructions, assignment),
  )
  if (!changed) return refused(`There is no worker ${workerId} in this session.`)
  const { output } = changed
  return 'refused' in output
    ? refused(`MESSAGE_WORKER was not done: ${output.refused}.`)
    : startLeg(sessionId, workerId, output.leg)
}

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

/** Ends one worker or all that live. */
export async function killWorkers(
  { workerId, accepted, reason }: Of<'KILL_WORKER'>,
  { sessionId }: CommandContext,
): Promise<CommandOutcome> {
  const all = workerId === 'all'
  const found = all ? await sessionWorkers(sessionId) : [await readWorker(sessionId, workerId)]
  const workers = found.filter((worker) => worker !== undefined)
  if (!all && workers.length === 0)
    return refused(`There is no worker ${workerId} in this session.`)
  const status = verdictOf(accepted)
  const ending = all ? workers.filter(({ live }) => live) : workers
  await Promise.all(ending.map((worker) => endWorker(worker, { status, reason })))
  const ended = ending.map((worker) => ({ workerId: worker.workerId, status }))
  const names = ended.map(({ workerId: name }) => name).join(', ')
  return { status: 'done', outcome: names ? `${names} ${status}` : 'none was live', ended }
}

const verdictOf = (accepted: boolean | undefined): Verdict => {
  if (accepted === undefined) return 'ended'
  return accepted ? 'accepted' : 'rejected'
}

/** Answered to the conductor as a system message. */
export async function listWorkers({ sessionId }: CommandContext): Promise<CommandOutcome> {
  const workers = await sessionWorkers(sessionId)
  const lines = workers.map(
    ({ workerId, status, legs, task }) =>
      `${workerId}: ${status}, leg ${legs.length}: ${task.split('\n')[0]?.slice(0, 120)}`,
  )
  const notice =
    lines.length > 0 ? `Your workers:\n${lines.join('\n')}` : 'You have no workers yet.'
  return { status: 'done', outcome: `${workers.length} workers`, notice }
}
