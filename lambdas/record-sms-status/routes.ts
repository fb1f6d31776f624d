/** What Twilio says became of an SMS. */
import * as z from 'zod'
import type { Routes } from '../../src/http/route.ts'

export const routes = {
  'POST /api/webhooks/sms/status': {
    access: 'twilio',
    tag: 'people',
    operationId: 'receiveSmsStatus',
    summary: 'Receives the status of a sent SMS from Twilio',
    query: z.object({
      delivery: z.string().optional().describe('The delivery that the status is about'),
    }),
    body: { contentTypes: ['application/x-www-form-urlencoded'] },
    responses: { 204: { description: 'Noted.' } },
  },
} as const satisfies Routes
