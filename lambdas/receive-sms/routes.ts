/** The SMS that Twilio posts. */
import type { Routes } from '../../src/http/route.ts'

export const routes = { 'POST /api/webhooks/sms': { access: 'twilio' } } as const satisfies Routes
