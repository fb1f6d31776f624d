/** Routes of the read-only API. */
import type { Routes } from '../../src/http/route.ts'

export const routes = {
  'GET /api/monitoring/status': { access: 'reader' },
  'GET /api/monitoring/workers': { access: 'reader' },
  'GET /api/monitoring/metrics': { access: 'reader' },
  'GET /api/sessions': { access: 'reader' },
  'GET /api/sessions/{sessionId}': { access: 'reader' },
  'GET /api/sessions/{sessionId}/messages': { access: 'reader' },
  'GET /api/sessions/{sessionId}/workers/{workerId}': { access: 'reader' },
  'GET /api/sessions/{sessionId}/workers/{workerId}/artifacts/{name}': { access: 'reader' },
} as const satisfies Routes
