/** Finds out whether a worker may go on, and otherwise asks the person what becomes of it. */
import { env } from '../adapters/environment.ts'
import { changeSession } from '../adapters/sessions.ts'
import { sessionWorkers } from '../adapters/workers.ts'
import { type CommandOutcome, refused } from '../commands/define.ts'
import type { Finding } from '../contract/review.ts'
import { stoppedBy, strandedAttempt } from '../core/attempts.ts'
import { type Bound, boundReached } from '../core/bounds.ts'
import { decisionQuestion } from '../core/decision-question.ts'
import { type NewQuestion, openDecision, type QuestionHours } from '../core/question.ts'
import { outstanding, type Session } from '../core/session.ts'
import { countText } from '../core/verdict-text.ts'
import { currentLeg, legId, type Worker } from '../core/worker.ts'
import { askBeforeClose } from '../protocol/questions.ts'

/** Returns the bound that keeps a worker from another leg, or undefined. `findings` are those on its current leg. */
export const reachedBound = (worker: Worker, findings: readonly Finding[]): Bound | undefined =>
  boundReached(worker, findings, { attempts: env('WORKER_ATTEMPTS'), hours: env('WORKER_HOURS') })

/**
 * Returns the outcome of a command that would send a worker on beyond a bound: the person is asked. While other attempts
 * at the same task go on, nobody is asked yet, because one of them may be accepted.
 */
export async function atBound(
  session: Pick<Session, 'questions'>,
  worker: Worker,
  findings: readonly Finding[],
  { reason }: Pick<Bound, 'reason'>,
): Promise<CommandOutcome> {
  const { workerId } = worker
  const open = openDecision(session, workerId)
  if (open)
    return refused(
      `${workerId} ${reason}, so it was not sent on. The person has been asked (${open.id}) and has not answered yet.`,
    )
  const others = await otherAttempts(worker)
  const goOn = others
    .filter((other) => stoppedBy(other) === undefined)
    .map((other) => other.workerId)
  if (goOn.length > 0)
    return refused(
      `${workerId} ${reason}, so it was not sent on. Other attempts at the same task go on: ${goOn.join(', ')}. If none of them is accepted, the person is asked.`,
    )
  // The conductor hears of it with the person's answer.
  return {
    status: 'refused',
    outcome: `${workerId} ${reason}, so it was not sent on. The person is asked.`,
    ask: boundQuestion(worker, findings, { reason, others }),
  }
}

/** Asks what becomes of a worker at a bound. The person also sees the other live attempts at its task. */
const boundQuestion = (
  worker: Worker,
  findings: readonly Finding[],
  { reason, others }: { readonly reason: string; readonly others: readonly Worker[] },
): NewQuestion =>
  decisionQuestion(worker, findings, {
    reason,
    seen: others.map(
      (other) =>
        `${other.workerId}, another attempt at the same task: ${countText(other, other.verdicts?.at(-1)?.criteria ?? [])}`,
    ),
  })

/**
 * Asks the person about an attempt at a bound, if the run would close and leave it without anybody to decide: the other
 * attempts at its task have ended without being accepted, or have reached a bound, too. `finish` ends a turn whose
 * commands are done. Returns the session as it is then.
 */
export async function askAboutStranded(
  session: Session,
  run: number,
  finish: (session: Session) => Session,
): Promise<Session> {
  const finished = finish(session)
  // One worker has no other attempts beside it. What is outstanding may be the decision.
  if (session.lastWorker < 2 || outstanding(finished)) return session
  const worker = strandedAttempt(finished, await sessionWorkers(session.sessionId))
  if (!worker) return session
  const { n, replyTo = [] } = currentLeg(worker)
  const last = worker.verdicts?.at(-1)
  const question = boundQuestion(worker, last?.leg === n ? last.criteria : [], {
    reason: stoppedBy(worker) ?? '',
    others: await otherAttempts(worker),
  })
  const asking = {
    asked: replyTo.map(({ address }) => address),
    hours: questionHours(),
    // Its report has the return addresses of those who wait for it.
    about: [{ id: legId(worker.workerId, n) }],
  }
  const changed = await changeSession(session, (current) =>
    askBeforeClose(finish(current), run, {
      ...{ question, asking, now: Date.now() },
      seq: session.lastSeq,
    }),
  )
  return changed?.item ?? session
}

/** How long questions wait by default. */
export const questionHours = (): QuestionHours => ({
  remind: env('REMIND_HOURS'),
  expire: env('EXPIRE_HOURS'),
})

const otherAttempts = async ({ sessionId, workerId, group }: Worker): Promise<Worker[]> =>
  group === undefined
    ? []
    : (await sessionWorkers(sessionId)).filter(
        (other) => other.live && other.group === group && other.workerId !== workerId,
      )
