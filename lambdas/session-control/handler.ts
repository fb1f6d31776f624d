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
    'POST /api/sessions/{sessionId}/stop': sessions.stop,
    'POST /api/sessions/{sessionId}/continue': sessions.resume,
    'DELETE /api/sessions/{sessionId}': sessions.remove,
    'POST /api/sessions/{sessionId}/workers/{workerId}/kill': sessions.kill,
    'GET /api/people': people.list,
    'PUT /api/people/{address}': people.add,
    'DELETE /api/people/{address}': people.remove,
  }),
  queue: fifo(cancellation, cancelWork),
})
