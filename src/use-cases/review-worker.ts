/** REVIEW_WORKER: checks a verdict, records it, and does what it leads to. */
import { readLedger } from '../adapters/ledgers.ts'
import { changeWorker, readWorker } from '../adapters/workers.ts'
import { type CommandOutcome, refused } from '../commands/define.ts'
import type { Review, WorkerVerdict } from '../contract/review.ts'
import { clause } from '../core/clause.ts'
import { decisionQuestion } from '../core/decision-question.ts'
import { mainModel, usedBy } from '../core/ledger.ts'
import { hasRoom, openDecision } from '../core/question.ts'
import { NO_ROOM } from '../core/question-text.ts'
import { transition, unchanged } from '../core/transition.ts'
import { notReviewable, verdictProblems } from '../core/verdict.ts'
import { newVerdict, recordOf, withVerdict } from '../core/verdict-record.ts'
import { countText, judgedBy } from '../core/verdict-text.ts'
import { currentLeg, type Worker } from '../core/worker.ts'
import { endOtherAttempts } from './end-other-attempts.ts'
import { endWorker } from './end-worker.ts'
import { atBound, reachedBound } from './worker-bound.ts'
import { type AssigningCommand, instructWorker, markIfArrived } from './worker-legs.ts'

/** Repeating it changes nothing. A verdict that does not hold hands the work to the person. */
export async function reviewWorker(
  command: AssigningCommand & { readonly turn: number },
  workerId: string,
  review: Review,
): Promise<CommandOutcome> {
  const worker = await markIfArrived(command, workerId)
  if (!worker) return refused(`There is no worker ${workerId} in this session.`)
  // An attempt that died may have recorded it already.
  const known = worker.verdicts?.find(({ commandId }) => commandId === command.commandId)
  const why = known ? undefined : whyNot(command, worker, review)
  if (why !== undefined)
    return refused(`The verdict on ${workerId} was not recorded: ${clause(why)}.`)
  const verdict = known ?? (await judge(command, worker, review))
  const asked = await askedAbout(command, worker, review, verdict)
  if (asked?.ask && !hasRoom(command.session.questions ?? [], asked.ask))
    return refused(`The verdict on ${workerId} was not recorded. ${NO_ROOM}`)
  const { done, changed } = asked
    ? await handOver(worker, verdict, asked)
    : await follow(command, worker, review, verdict)
  // A budget may have prevented the next leg, or somebody else may have ended the worker: then nothing was recorded.
  return (await isRecorded(changed ?? worker, verdict))
    ? { ...done, record: recordOf(verdict), judged: judgedBy(worker, verdict) }
    : done
}

/** What was done, and the worker if this changed it. */
interface Followed {
  readonly done: CommandOutcome
  readonly changed?: Worker | undefined
}

async function isRecorded(known: Worker, { commandId }: WorkerVerdict): Promise<boolean> {
  const isIn = (worker: Worker | undefined) =>
    worker?.verdicts?.some((each) => each.commandId === commandId) ?? false
  return isIn(known) || isIn(await readWorker(known.sessionId, known.workerId))
}

/** Returns why the verdict is refused, or undefined. While the person decides, the conductor sends nobody on. */
function whyNot({ session }: AssigningCommand, worker: Worker, review: Review): string | undefined {
  const open = review.verdict === 'revise' ? openDecision(session, worker.workerId) : undefined
  if (open) return `the person has been asked (${open.id}) and has not answered yet`
  return notReviewable(worker, review, currentLeg(worker).outcome !== undefined)
}

async function judge(
  { session, commandId, turn }: Parameters<typeof reviewWorker>[0],
  worker: Worker,
  review: Review,
): Promise<WorkerVerdict> {
  const ledger = await readLedger(session.sessionId)
  const verdict = newVerdict(worker, review, verdictProblems(worker, review), {
    commandId,
    at: new Date().toISOString(),
    model: mainModel(usedBy(ledger, undefined, turn)),
  })
  const bound = verdict.outcome === 'revised' ? reachedBound(worker, review.criteria) : undefined
  return bound ? { ...verdict, outcome: 'at a bound', problems: [bound.reason] } : verdict
}

async function follow(
  command: AssigningCommand,
  worker: Worker,
  review: Review,
  verdict: WorkerVerdict,
): Promise<Followed> {
  if (verdict.outcome === 'accepted') return accept(worker, verdict)
  if (verdict.outcome === 'given up') return end(worker, 'rejected', verdict)
  return { done: await revise(command, worker, review, verdict) }
}

async function end(
  worker: Worker,
  status: 'accepted' | 'rejected',
  verdict: WorkerVerdict,
): Promise<Followed> {
  const { workerId } = worker
  const reason = [countText(worker, verdict.criteria), ...verdict.remarks].join('; ')
  const changed = await endWorker(worker, { status, reason, verdict })
  // Somebody else may have ended it in the meantime.
  if (changed?.status !== status)
    return { done: refused(`${workerId} has ended without this verdict.`), changed }
  const ended = [{ workerId, status }]
  return { done: { status: 'done', outcome: `${workerId} ${status}`, ended }, changed }
}

/** Other attempts at the same task are no longer wanted. */
async function accept(worker: Worker, verdict: WorkerVerdict): Promise<Followed> {
  const { done, changed } = await end(worker, 'accepted', verdict)
  if (done.status === 'refused') return { done, changed }
  const others = await endOtherAttempts(worker, verdict.commandId)
  const all = [...(done.ended ?? []), ...others]
  const outcome = all.map(({ workerId, status }) => `${workerId} ${status}`).join(', ')
  return { done: { ...done, outcome, ended: all }, changed }
}

const revise = (
  command: AssigningCommand,
  { workerId }: Worker,
  { instructions = '', changes }: Review,
  verdict: WorkerVerdict,
): Promise<CommandOutcome> => instructWorker(command, workerId, instructions, { changes, verdict })

/** Records a verdict that changes nothing else. The person decides. */
async function handOver(
  worker: Worker,
  verdict: WorkerVerdict,
  asked: CommandOutcome,
): Promise<Followed> {
  const changed = await changeWorker(worker, (item) =>
    item.live ? transition(withVerdict(item, verdict), true) : unchanged(item, false),
  )
  const done = changed?.output
    ? asked
    : refused(`${worker.workerId} has ended without this verdict.`)
  return { done, changed: changed?.item }
}

/**
 * Returns the outcome of a verdict after which the person decides, or undefined. It has no effects, because a verdict is not
 * recorded if the person cannot be asked.
 */
async function askedAbout(
  { session }: AssigningCommand,
  worker: Worker,
  { criteria, remarks = [], disagreement }: Review,
  verdict: WorkerVerdict,
): Promise<CommandOutcome | undefined> {
  const { workerId } = worker
  if (verdict.outcome === 'at a bound') {
    const [reason = ''] = verdict.problems ?? []
    return atBound(session, worker, criteria, { reason })
  }
  if (verdict.outcome !== 'suspicious' && verdict.outcome !== 'not verified') return undefined
  const problems = (verdict.problems ?? []).map(clause).join('; ')
  const suspicious = verdict.outcome === 'suspicious'
  const reason = suspicious ? 'is suspicious' : `is not verified: ${problems}`
  const seen = [...remarks, ...(disagreement === undefined ? [] : [disagreement])]
  // The conductor hears of it with the person's answer, so that it does not repeat the verdict at once.
  return {
    status: suspicious ? 'done' : 'refused',
    outcome: `${workerId} ${reason}. The person is asked.`.slice(0, 500),
    ...(!openDecision(session, workerId) && {
      ask: decisionQuestion(worker, criteria, { reason, seen }),
    }),
  }
}
