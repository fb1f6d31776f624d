/** Applies people's decisions about workers, before the conductor reads them. */
import { changeSession } from '../adapters/sessions.ts'
import { changeWorker } from '../adapters/workers.ts'
import { stoppedBy } from '../core/attempts.ts'
import { grantAttempts } from '../core/more-attempts.ts'
import { DECISIONS, type QuestionBeside, questionNumber } from '../core/question.ts'
import type { Session } from '../core/session.ts'
import { transition } from '../core/transition.ts'
import { withDecision } from '../core/verdict-record.ts'
import type { Worker } from '../core/worker.ts'
import { freeWorkers } from '../protocol/free-workers.ts'
import { verdictOf } from '../protocol/questions.ts'
import { endOtherAttempts } from './end-other-attempts.ts'
import { type EndReason, endWorker } from './end-worker.ts'

/**
 * Idempotent: the decisions are part of the turn until it is accepted, so after a crash they are applied again, with the
 * same effect. A worker that has ended otherwise stays as it is.
 */
export async function applyDecisions({ sessionId, turn }: Session): Promise<void> {
  const questions = (turn?.messages ?? []).flatMap((message) => message.questions ?? [])
  for (const question of questions) await apply(sessionId, question)
}

async function apply(sessionId: string, question: QuestionBeside): Promise<void> {
  const { id, kind, choice, workerId, by } = question
  if (workerId === undefined || choice === undefined || kind !== 'decision') return
  await changeWorker({ sessionId, workerId }, (worker) =>
    transition(
      withDecision(worker, { question: id, choice, ...(by !== undefined && { by }) }),
      undefined,
    ),
  )
  const status = verdictOf(question, choice)
  const [, more] = DECISIONS
  if (status)
    await end({ sessionId, workerId }, { status, reason: `${choice}, decided by ${by}` }, question)
  else if (choice === more)
    await changeWorker({ sessionId, workerId }, (worker) =>
      grantAttempts(worker, questionNumber(id)),
    )
}

/**
 * The work that a person accepts ends the other attempts at its task, too. A person's "stop" ends this one, and they are
 * asked about the others. If nobody answers, those that would be asked about next end with it. The worker itself may be
 * busy again, or the person asked again: a turn that began before the answer may have sent it on.
 */
async function end(
  worker: Pick<Worker, 'sessionId' | 'workerId'>,
  reason: EndReason,
  { id, how }: QuestionBeside,
): Promise<void> {
  const { sessionId, workerId } = worker
  const ended = await endWorker(worker, reason)
  const others = ended?.status === reason.status ? await othersToEnd(ended, { id, how }) : []
  const all = [{ workerId, status: reason.status }, ...others]
  await changeSession(sessionId, (session) => freeWorkers(session, all, Date.now()))
}

/** Ends the other attempts that end with this one, and returns them. */
async function othersToEnd(
  ended: Worker,
  { id, how }: Pick<QuestionBeside, 'id' | 'how'>,
): Promise<Awaited<ReturnType<typeof endOtherAttempts>>> {
  if (ended.status === 'accepted') return endOtherAttempts(ended, id)
  if (how !== 'default') return []
  return endOtherAttempts(ended, id, {
    only: (other) => stoppedBy(other) !== undefined,
    reason: 'nobody decided about any attempt in time',
  })
}
