/** What the operator does to a session: stop it, let it go on, forget it, end one of its workers. */
import { requireOperator } from '../http/authenticate.ts'
import { http } from '../http/http.ts'
import { noSession, noWorker, Problem } from '../http/problem.ts'
import { check, sessionId as sessionIdSchema } from '../http/request.ts'
import { json, noContent } from '../http/respond.ts'
import { killWorker } from '../run/kill-worker.ts'
import { stopSession } from '../run/stop-session.ts'
import { continueSession } from './continue-session.ts'
import { forgetSession } from './forget-session.ts'

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
      if (!(await forgetSession(sessionId))) throw noSession(sessionId)
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
