/** The route that SendGrid calls. */
import type { Routes } from '../../src/http/route.ts'

export const routes = {
  'POST /api/webhooks/email': {
    access: 'sendgrid',
    tag: 'people',
    operationId: 'receiveEmail',
    summary: "Receives an email from SendGrid's Inbound Parse, raw or parsed",
    description:
      'A security policy makes SendGrid sign the raw bytes. SendGrid drops an email for ever on any 4xx, so only a wrong signature is refused. Doubtful requests get 503, and SendGrid tries again for three days.',
    body: { contentTypes: ['multipart/form-data'] },
    responses: { 200: { description: 'Accepted, or logged and ignored.' } },
  },
} as const satisfies Routes
