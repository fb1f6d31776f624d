/** Sends emails through SendGrid's API. */
import * as z from 'zod'
import { env } from '../../adapters/environment.ts'
import { handOver, readJson } from '../../adapters/provider-call.ts'
import type { Handover } from '../delivery.ts'
import type { OutboundEmail } from './compose.ts'

/** https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors; a 413 response is HTML. */
const problems = z.object({
  errors: z.array(z.object({ message: z.string(), field: z.string().nullish() })),
})

/**
 * Sends an email. SendGrid responds 202, or 200 without an id in its sandbox mode. It has no idempotency keys; for a
 * delivery in doubt, its events carry `custom_args`.
 * https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
 */
export const postEmail = (email: OutboundEmail, timeoutMs?: number): Promise<Handover> =>
  handOver(
    {
      name: 'sendgrid',
      key: 'SENDGRID_KEY_SECRET',
      questionWith: (key) => ({
        method: 'POST',
        url: `${env('SENDGRID_API_URL').replace(/\/+$/, '')}/v3/mail/send`,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(email),
      }),
      taken: ({ status, headers }) =>
        status === 202 || status === 200 ? String(headers['x-message-id'] ?? '') : undefined,
      objection: (answer) =>
        readJson(problems, answer)
          ?.errors.map(({ field, message }) => (field ? `${field}: ${message}` : message))
          .join(' '),
    },
    timeoutMs,
  )
