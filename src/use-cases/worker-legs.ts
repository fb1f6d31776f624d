/** Starts workers' legs: first writes the worker's item, then starts an execution for the leg. */
import { env } from '../adapters/environment.ts'
import { startExecution } from '../adapters/step-functions.ts'
import { changeWorker, readWorker } from '../adapters/workers.ts'
import type { ReturnAddress } from '../channels/index.ts'
import { type CommandOutcome, refused } from '../commands/define.ts'
import type { CommandType } from '../commands/index.ts'
import type { CriterionChange, WorkerVerdict } from '../contract/review.ts'
import type { ExceededBudget, Unit } from '../core/budget.ts'
import { clause } from '../core/clause.ts'
import { changeProblems, withChanges } from '../core/criteria.ts'
import { legName } from '../core/execution-name.ts'
import { type LegTime, SHORTEST_SECONDS, shareTime } from '../core/leg-time.ts'
import { openDecision } from '../core/question.ts'
import { overText } from '../core/receipt.ts'
import type { Session } from '../core/session.ts'
import { transition, unchanged } from '../core/transition.ts'
import { waitsForPerson } from '../core/verdict.ts'
import { withVerdict } from '../core/verdict-record.ts'
import { mayBeVerified } from '../core/verification.ts'
import { currentLeg, instruct, legId, type Worker } from '../core/worker.ts'
import type { StartedLeg } from '../protocol/run-commands.ts'
import { markArrivedReport } from './collect-leg.ts'
import { loadBudgetCheck } from './load-budget-check.ts'
import { atBound, reachedBound } from './worker-bound.ts'

/** The command that assigns a leg. */
export interface AssigningCommand {
  readonly session: Session
  readonly commandId: string
  /** The return addresses of the turn's messages. */
  readonly replyTo: readonly ReturnAddress[]
}

/** What changes together with the new leg. */
interface LegReview {
  readonly changes?: readonly CriterionChange[] | undefined
  readonly verdict?: WorkerVerdict
}

/** Starts another leg of a worker that has reported. Repeating it changes nothing. */
export async function instructWorker(
  command: AssigningCommand,
  workerId: string,
  instructions: string,
  { changes = [], verdict }: LegReview = {},
): Promise<CommandOutcome> {
  const { sessionId } = command.session
  const grant = await grantLeg(command, workerId, { units: ['usd'] })
  if ('over' in grant) return overBudget(verdict ? 'REVIEW_WORKER' : 'MESSAGE_WORKER', grant.over)
  await markIfArrived(command, workerId)
  const bound = verdict ? undefined : await boundOf(command, workerId)
  if (bound) return bound
  const open = verdict ? undefined : openDecision(command.session, workerId)
  if (open)
    return refused(
      `The instructions were not sent to ${workerId}: the person has been asked (${open.id}) and has not answered yet.`,
    )
  const changed = await changeWorker({ sessionId, workerId }, (worker) => {
    const isKnown = currentLeg(worker).commandId === command.commandId
    const why = isKnown ? undefined : mayNotInstruct(worker, changes)
    return why === undefined
      ? instruct(worker, instructions, assignmentOf(command, grant), (reviewed, leg) =>
          withChanges(verdict ? withVerdict(reviewed, verdict) : reviewed, changes, leg),
        )
      : unchanged(worker, { refused: why })
  })
  if (!changed) return refused(`There is no worker ${workerId} in this session.`)
  const { output } = changed
  if ('refused' in output)
    return refused(`The instructions were not sent to ${workerId}: ${clause(output.refused)}.`)
  const started = await startLeg(changed.item, output.leg)
  return {
    status: 'done',
    outcome: `${workerId} works on leg ${output.leg}`,
    started: [started],
  }
}

/** Without a verdict the number of attempts and their time are bounds, too. */
async function boundOf(
  { session, commandId }: AssigningCommand,
  workerId: string,
): Promise<CommandOutcome | undefined> {
  const worker = await readWorker(session.sessionId, workerId)
  if (!worker?.live) return undefined
  const { outcome, commandId: assignedBy } = currentLeg(worker)
  if (outcome === undefined || assignedBy === commandId) return undefined
  const bound = reachedBound(worker, [])
  if (!bound) return undefined
  await changeWorker(worker, (item) =>
    transition({ ...item, bound: { leg: worker.leg, reason: bound.reason } }, undefined),
  )
  return atBound(session, worker, [], bound)
}

/** Returns why the worker gets no instructions, apart from the state of its legs. */
const mayNotInstruct = (worker: Worker, changes: readonly CriterionChange[]) =>
  waitsForPerson(worker)
    ? `${worker.workerId} is suspicious, so the person decides what becomes of it`
    : changeProblems(worker, changes)[0]

/** Marks the leg if its report has reached the session, which knows that first. Returns the worker. */
export async function markIfArrived(
  { session, commandId }: AssigningCommand,
  workerId: string,
): Promise<Worker | undefined> {
  const { sessionId } = session
  const worker = await readWorker(sessionId, workerId)
  if (!worker?.live) return worker
  const leg = currentLeg(worker)
  // An attempt that died may have assigned the leg already; the session learns of it when the command is done.
  if (leg.reported || leg.commandId === commandId) return worker
  await markArrivedReport(session, workerId, leg)
  return readWorker(sessionId, workerId)
}

export const assignmentOf = (
  { session, commandId, replyTo }: AssigningCommand,
  granted: LegTime,
) => ({
  commandId,
  run: session.run.id,
  at: new Date(),
  replyTo,
  ...granted,
})

/**
 * The run pauses after the turn and the person gets a notice. The conductor sees the refusal when the run continues.
 */
export const overBudget = (type: CommandType, over: ExceededBudget): CommandOutcome => ({
  ...refused(`${type} was not executed. ${overText(over)}`),
  over,
})

/** Starts the execution of a leg that the worker's item has. */
export async function startLeg(worker: Worker, leg: number): Promise<StartedLeg> {
  const { sessionId, workerId } = worker
  await startExecution(env('WORKER_LEG_ARN'), legName(sessionId, workerId, leg), {
    sessionId,
    workerId,
    leg,
  })
  const { deadline, seconds, verifySeconds = 0 } = currentLeg(worker)
  return {
    workerId,
    leg,
    deadline,
    reserved: seconds + verifySeconds,
    reportId: legId(workerId, leg),
  }
}

/**
 * Decides how long a new leg and its verification may take. Both are reserved until the leg is reported. Returns the
 * budget that prevents it, if one does. `work` is that of a new worker.
 */
export async function grantLeg(
  { session, commandId }: AssigningCommand,
  workerId: string,
  { units, work }: { units: readonly Unit[]; work?: Pick<Worker, 'criteria' | 'verify'> },
): Promise<LegTime | { readonly over: ExceededBudget }> {
  // An attempt that died may have granted it already.
  const worker = await readWorker(session.sessionId, workerId)
  const leg = worker?.legs.at(-1)
  if (leg?.commandId === commandId) return leg
  const check = await loadBudgetCheck(session)
  const verified = work ?? worker
  const verifies = verified !== undefined && mayBeVerified(verified)
  const over = check.over(session, units, { holdsBack: verifies })
  if (over) return { over }
  const left = check.legSeconds(session, SHORTEST_SECONDS)
  return typeof left === 'number'
    ? shareTime(Math.min(left, Number.MAX_SAFE_INTEGER), env('LEG_SECONDS'), verifies)
    : { over: left }
}
