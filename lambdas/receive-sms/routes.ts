/** The route to which Twilio posts SMS. */
import type { Routes } from '../../src/http/route.ts'

export const routes = {
  'POST /api/webhooks/sms': {
    access: 'twilio',
    tag: 'people',
    operationId: 'receiveSms',
    summary: 'Receives an SMS from Twilio',
    description:
      'Twilio signs the exact URL and the form. Every signed request gets 200 with an empty TwiML: replies are sent through the Twilio API. Messages from unknown senders, short codes, names and other channels such as WhatsApp are recorded and ignored.',
    body: { contentTypes: ['application/x-www-form-urlencoded'] },
    responses: {
      200: { description: 'Accepted.', contentType: 'text/xml', schema: 'EmptyTwiml' },
    },
  },
} as const satisfies Routes
