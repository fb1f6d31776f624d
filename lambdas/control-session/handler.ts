/** What the operator does to a session: stop it, let it go on, forget it, end one of its workers. */
import { requireOperator } from '../../src/http/authenticate.ts'
import { http } from '../../src/http/http.ts'
import { noSession, noWorker, Problem } from '../../src/http/problem.ts'
import { check, sessionId as sessionIdSchema } from '../../src/http/request.ts'
import { json, noContent } from '../../src/http/respond.ts'
import { continueSession } from '../../src/use-cases/continue-session.ts'
import { deleteSession } from '../../src/use-cases/delete-session.ts'
import { killWorker } from '../../src/use-cases/kill-worker.ts'
import { stopSession } from '../../src/use-cases/stop-session.ts'

export const handler = http(async (event) => {
  await requireOperator(event.headers.authorization)
  const sessionId = check(sessionIdSchema, event.pathParameters?.sessionId, 'The session id')
  switch (event.routeKey) {
    case 'POST /api/sessions/{sessionId}/stop': {
      const stopped = await stopSession(sessionId)
      if (!stopped) throw noSession(sessionId)
      return json({ sessionId, ...stopped })
    }
    case 'POST /api/sessions/{sessionId}/continue': {
      const continued = await continueSession(sessionId)
      if (!continued) throw noSession(sessionId)
      return json(continued, 202)
    }
    case 'DELETE /api/sessions/{sessionId}':
      if (!(await deleteSession(sessionId))) throw noSession(sessionId)
      return noContent
    case 'POST /api/sessions/{sessionId}/workers/{workerId}/kill': {
      const killed = await killWorker(sessionId, event.pathParameters?.workerId ?? '')
      if (!killed) throw noWorker()
      return json(killed)
    }
    default:
      throw new Problem(404, `There is no route ${event.routeKey}.`)
  }
})
