/** The read-only API: current status, metrics, sessions, histories and artifacts. */
import { api } from '../../src/http/api.ts'
import { queryOf } from '../../src/http/query.ts'
import { json } from '../../src/http/respond.ts'
import { artifact } from './artifact.ts'
import { history } from './history.ts'
import { metrics } from './metrics.ts'
import { routes } from './routes.ts'
import { session, worker } from './session.ts'
import { sessionPage, sessions } from './sessions.ts'
import { status } from './status.ts'
import { workerPage, workers } from './workers.ts'

export const handler = api(routes, {
  'GET /api/monitoring/status': ({ headers }) => status(headers['if-none-match']),
  'GET /api/monitoring/workers': async (event) => json(await workers(queryOf(event, workerPage))),
  'GET /api/monitoring/metrics': async () => json(await metrics()),
  'GET /api/sessions': async (event) => json(await sessions(queryOf(event, sessionPage))),
  'GET /api/sessions/{sessionId}': session,
  'GET /api/sessions/{sessionId}/messages': history,
  'GET /api/sessions/{sessionId}/workers/{workerId}': worker,
  'GET /api/sessions/{sessionId}/workers/{workerId}/artifacts/{name}': artifact,
})
