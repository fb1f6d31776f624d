/**
 * Lets the operator stop, continue and delete sessions, end workers and manage the allow list. Also executes people's
 * cancellations.
 */
import { cancellation } from '../../src/adapters/queues.ts'
import { api } from '../../src/http/api.ts'
import { byTrigger } from '../../src/triggers/by-trigger.ts'
import { fifo } from '../../src/triggers/fifo.ts'
import { cancelWork } from './cancel-work.ts'
import { makeLink } from './link.ts'
import * as people from './people.ts'
import { routes } from './routes.ts'
import * as sessions from './sessions.ts'
import * as tokens from './tokens.ts'
import * as undelivered from './undelivered.ts'

export const handler = byTrigger({
  http: api(routes, {
    'POST /api/sessions/{sessionId}/stop': ({ params }) => sessions.stop(params),
    'POST /api/sessions/{sessionId}/continue': ({ params }) => sessions.resume(params),
    'POST /api/sessions/{sessionId}/links': ({ params, body }) =>
      makeLink(params.sessionId, body.expiresInHours),
    'DELETE /api/sessions/{sessionId}': ({ params }) => sessions.remove(params),
    'POST /api/sessions/{sessionId}/workers/{workerId}/kill': ({ params }) => sessions.kill(params),
    'POST /api/questions/{questionId}/answer': ({ params, body }) =>
      sessions.answer(params.questionId, body.answer),
    'GET /api/undelivered': ({ query }) => undelivered.list(query),
    'POST /api/undelivered/{undeliveredId}/dismiss': ({ params }) =>
      undelivered.dismiss(params.undeliveredId),
    'GET /api/people': ({ query }) => people.list(query),
    'PUT /api/people/{address}': ({ params, body }) => people.add(params.address, body.email),
    'DELETE /api/people/{address}': ({ params }) => people.remove(params.address),
    'GET /api/tokens': () => tokens.list(),
    'POST /api/tokens': ({ body }) => tokens.create(body),
    'DELETE /api/tokens/{tokenName}': ({ params }) => tokens.revoke(params.tokenName),
  }),
  queue: fifo(cancellation, cancelWork),
})
