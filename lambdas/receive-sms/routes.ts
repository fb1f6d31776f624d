/** The route to which Twilio posts SMS. */
import type { Routes } from '../../src/http/route.ts'

export const routes = { 'POST /api/webhooks/sms': { access: 'twilio' } } as const satisfies Routes
