/** The route to which Twilio posts status updates of SMS. */
import * as z from 'zod'
import type { Routes } from '../../src/http/route.ts'

export const routes = {
  'POST /api/webhooks/sms/status': {
    access: 'twilio',
    tag: 'people',
    operationId: 'receiveSmsStatus',
    summary: 'Receives the status of a sent SMS from Twilio',
    query: z.object({
      delivery: z.string().optional().describe('The delivery to which the status belongs'),
    }),
    body: { contentTypes: ['application/x-www-form-urlencoded'] },
    responses: { 204: { description: 'Recorded.' } },
  },
} as const satisfies Routes
