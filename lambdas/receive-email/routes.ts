/** The route that SendGrid calls. */
import type { Routes } from '../../src/http/route.ts'

export const routes = {
  'POST /api/webhooks/email': {
    access: 'sendgrid',
    tag: 'people',
    operationId: 'receiveEmail',
    summary: 'Receives an email from the Inbound Parse of SendGrid, raw or parsed',
    description:
      'A security policy of SendGrid signs the raw bytes. SendGrid drops an email for ever on any 4xx, so only a wrong signature is refused. Every doubt gets 503, and SendGrid tries again for three days.',
    body: { contentTypes: ['multipart/form-data'] },
    responses: { 200: { description: 'Taken, or recorded as not to be taken.' } },
  },
} as const satisfies Routes
