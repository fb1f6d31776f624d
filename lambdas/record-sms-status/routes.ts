/** The route to which Twilio posts status updates of SMS. */
import type { Routes } from '../../src/http/route.ts'

export const routes = {
  'POST /api/webhooks/sms/status': { access: 'twilio' },
} as const satisfies Routes
