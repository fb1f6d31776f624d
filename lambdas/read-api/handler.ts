/** The read-only API: current status, metrics, sessions, histories and artifacts. */
import { env } from '../../src/adapters/environment.ts'
import type { ShapeOf } from '../../src/contract/api/index.ts'
import { api } from '../../src/http/api.ts'
import { json, redirect } from '../../src/http/respond.ts'
import { requireViewer } from '../../src/http/viewer.ts'
import { artifactLink, artifactPreview } from './artifact.ts'
import { dependencies } from './health.ts'
import { history } from './history.ts'
import { metrics, usage } from './metrics.ts'
import { questions } from './questions.ts'
import { routes } from './routes.ts'
import { session, worker } from './session.ts'
import { sessions } from './sessions.ts'
import { status } from './status.ts'
import { workers } from './workers.ts'

export const handler = api(
  routes,
  {
    'GET /api/access': async ({ claims }) =>
      json<ShapeOf<'Access'>>({ ...claims, dashboardUrl: env('DASHBOARD_URL') }),
    'GET /api/health': async () => json(await dependencies()),
    'GET /api/monitoring/status': ({ headers }) => status(headers['If-None-Match']),
    'GET /api/monitoring/workers': async ({ query }) => json(await workers(query)),
    'GET /api/monitoring/metrics': async () => json(await metrics()),
    'GET /api/monitoring/usage': async ({ query }) => json(await usage(query)),
    'GET /api/questions': async ({ query }) => json(await questions(query)),
    'GET /api/sessions': async ({ query }) => json(await sessions(query)),
    'GET /api/sessions/{sessionId}': async ({ params }) => json(await session(params.sessionId)),
    'GET /api/sessions/{sessionId}/messages': async ({ params, query }) =>
      json(await history(params.sessionId, query)),
    'GET /api/sessions/{sessionId}/workers/{workerId}': async ({ params }) =>
      json(await worker(params)),
    'GET /api/sessions/{sessionId}/workers/{workerId}/artifacts/{name}': async ({ params }) =>
      redirect(await artifactLink(params)),
    'GET /api/sessions/{sessionId}/workers/{workerId}/artifacts/{name}/preview': async ({
      params,
    }) => json(await artifactPreview(params)),
  },
  requireViewer,
)
