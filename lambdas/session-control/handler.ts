/**
 * Lets the operator stop, continue and delete sessions, end workers and manage the allow list. Also executes people's
 * cancellations.
 */
import { cancellation } from '../../src/adapters/queues.ts'
import { api } from '../../src/http/api.ts'
import { byTrigger } from '../../src/triggers/by-trigger.ts'
import { fifo } from '../../src/triggers/fifo.ts'
import { cancelWork } from './cancel-work.ts'
import * as people from './people.ts'
import { routes } from './routes.ts'
import * as sessions from './sessions.ts'

export const handler = byTrigger({
  http: api(routes, {
    'POST /api/sessions/{sessionId}/stop': ({ params }) => sessions.stop(params),
    'POST /api/sessions/{sessionId}/continue': ({ params }) => sessions.resume(params),
    'DELETE /api/sessions/{sessionId}': ({ params }) => sessions.remove(params),
    'POST /api/sessions/{sessionId}/workers/{workerId}/kill': ({ params }) => sessions.kill(params),
    'GET /api/people': ({ query }) => people.list(query),
    'PUT /api/people/{address}': ({ params }) => people.add(params.address),
    'DELETE /api/people/{address}': ({ params }) => people.remove(params.address),
  }),
  queue: fifo(cancellation, cancelWork),
})
