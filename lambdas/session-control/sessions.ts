/** The operator's actions on a session: stop, continue or delete it, or end one of its workers. */
import { noSession, noWorker } from '../../src/http/problem.ts'
import { check, type HttpEvent, sessionId as sessionIdSchema } from '../../src/http/request.ts'
import { type HttpResponse, json, noContent } from '../../src/http/respond.ts'
import { continueSession } from '../../src/use-cases/continue-session.ts'
import { deleteSession } from '../../src/use-cases/delete-session.ts'
import { killWorker } from '../../src/use-cases/kill-worker.ts'
import { stopSession } from '../../src/use-cases/stop-session.ts'

export async function stop(event: HttpEvent): Promise<HttpResponse> {
  const sessionId = sessionIdOf(event)
  const stopped = await stopSession(sessionId)
  if (!stopped) throw noSession(sessionId)
  return json({ sessionId, ...stopped })
}

export async function resume(event: HttpEvent): Promise<HttpResponse> {
  const sessionId = sessionIdOf(event)
  const continued = await continueSession(sessionId)
  if (!continued) throw noSession(sessionId)
  return json(continued, 202)
}

export async function remove(event: HttpEvent): Promise<HttpResponse> {
  const sessionId = sessionIdOf(event)
  if (!(await deleteSession(sessionId))) throw noSession(sessionId)
  return noContent
}

export async function kill(event: HttpEvent): Promise<HttpResponse> {
  const killed = await killWorker(sessionIdOf(event), event.pathParameters?.workerId ?? '')
  if (!killed) throw noWorker()
  return json(killed)
}

const sessionIdOf = (event: HttpEvent) =>
  check(sessionIdSchema, event.pathParameters?.sessionId, 'The session id')
