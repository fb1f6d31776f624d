/** Routes for messages over HTTP. */
import type { Routes } from '../../src/http/route.ts'

export const routes = {
  'POST /api/webhooks/conductor/message': { access: 'operator' },
  'POST /api/monitoring/test': { access: 'operator' },
} as const satisfies Routes
