/** The public routes. Callers have no token, so this function can read only the targets of links. */
import { env } from '../../src/adapters/environment.ts'
import { allowedMethods } from '../../src/http/allowed-methods.ts'
import { api } from '../../src/http/api.ts'
import { Problem } from '../../src/http/problem.ts'
import { json } from '../../src/http/respond.ts'
import { openApi } from './open-api.ts'
import { openLink } from './open-link.ts'
import { routes } from './routes.ts'

const health = async () => json({ status: 'ok' as const, timestamp: new Date().toISOString() })

export const handler = api(routes, {
  'GET /health': health,
  'GET /api/monitoring/health': health,
  'GET /openapi.json': openApi,
  'GET /l/{token}': ({ params }) => openLink(params.token),
  $default: async ({ event }) => {
    const { method, path } = event.requestContext.http
    const allowed = allowedMethods(env('ROUTES'), event.rawPath)
    if (allowed.length === 0) throw new Problem(404, `There is no route ${method} ${path}.`)
    throw new Problem(405, `${method} is not possible on ${path}, only ${allowed.join(', ')}.`, {
      headers: { allow: allowed.join(', ') },
    })
  },
})
