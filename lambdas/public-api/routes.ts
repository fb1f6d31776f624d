/** Routes that need no token. */
import type { Routes } from '../../src/http/route.ts'

export const routes = {
  'GET /health': { access: 'anyone' },
  'GET /api/monitoring/health': { access: 'anyone' },
  'GET /l/{token}': { access: 'anyone' },
  $default: { access: 'anyone' },
} as const satisfies Routes
