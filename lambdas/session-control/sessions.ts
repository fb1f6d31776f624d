/**
 * The operator's actions on a session: stop, continue or delete it, or end one of its workers. Each throws 404 if the
 * session or worker does not exist.
 */
import { noSession, noWorker } from '../../src/http/problem.ts'
import { json, noContent } from '../../src/http/respond.ts'
import { answerQuestion } from '../../src/use-cases/answer-question.ts'
import { continueSession } from '../../src/use-cases/continue-session.ts'
import { deleteSession } from '../../src/use-cases/delete-session.ts'
import { killWorker } from '../../src/use-cases/kill-worker.ts'
import { stopSession } from '../../src/use-cases/stop-session.ts'

interface Id {
  readonly sessionId: string
}

export async function stop({ sessionId }: Id) {
  const stopped = await stopSession(sessionId)
  if (!stopped) throw noSession(sessionId)
  return json({ sessionId, ...stopped })
}

export async function resume({ sessionId }: Id) {
  const continued = await continueSession(sessionId)
  if (!continued) throw noSession(sessionId)
  return json(continued, 202)
}

export async function remove({ sessionId }: Id) {
  if (!(await deleteSession(sessionId))) throw noSession(sessionId)
  return noContent
}

export async function kill({ sessionId, workerId }: Id & { readonly workerId: string }) {
  const killed = await killWorker(sessionId, workerId)
  if (!killed) throw noWorker()
  return json(killed)
}

export const answer = async (questionId: string, text: string) =>
  json(await answerQuestion(questionId, text), 202)
