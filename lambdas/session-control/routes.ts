/** Routes to change sessions, workers and the allow list. */
import type { Routes } from '../../src/http/route.ts'

export const routes = {
  'POST /api/sessions/{sessionId}/stop': { access: 'operator' },
  'POST /api/sessions/{sessionId}/continue': { access: 'operator' },
  'DELETE /api/sessions/{sessionId}': { access: 'operator' },
  'POST /api/sessions/{sessionId}/workers/{workerId}/kill': { access: 'operator' },
  'GET /api/people': { access: 'reader' },
  'PUT /api/people/{address}': { access: 'operator' },
  'DELETE /api/people/{address}': { access: 'operator' },
} as const satisfies Routes
