/** What is going on now: the latest conductor and the live workers; all sessions; all counts. */
import { requireReader } from '../../src/http/authenticate.ts'
import { http } from '../../src/http/http.ts'
import { Problem } from '../../src/http/problem.ts'
import { queryOf } from '../../src/http/query.ts'
import { json } from '../../src/http/respond.ts'
import { metrics } from './metrics.ts'
import { sessionPage, sessions } from './sessions.ts'
import { status } from './status.ts'
import { workerPage, workers } from './workers.ts'

export const handler = http(async (event) => {
  await requireReader(event.headers.authorization)
  switch (event.routeKey) {
    case 'GET /api/monitoring/status':
      return status(event.headers['if-none-match'])
    case 'GET /api/monitoring/workers':
      return json(await workers(queryOf(event, workerPage)))
    case 'GET /api/monitoring/metrics':
      return json(await metrics())
    case 'GET /api/sessions':
      return json(await sessions(queryOf(event, sessionPage)))
    default:
      throw new Problem(404, `There is no route ${event.routeKey}.`)
  }
})
