/** The route that SendGrid calls. */
import type { Routes } from '../../src/http/route.ts'

export const routes = {
  'POST /api/webhooks/email': { access: 'sendgrid' },
} as const satisfies Routes
