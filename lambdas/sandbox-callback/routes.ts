/** Routes that the runner in a sandbox calls. */
import type { Routes } from '../../src/http/route.ts'

export const routes = {
  'POST /api/webhooks/sandbox/job': { access: 'sandbox' },
  'POST /api/webhooks/sandbox/heartbeat': { access: 'sandbox' },
  'POST /api/webhooks/sandbox/artifacts': { access: 'sandbox' },
  'POST /api/webhooks/sandbox/result': { access: 'sandbox' },
} as const satisfies Routes
