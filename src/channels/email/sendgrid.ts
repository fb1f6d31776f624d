/** SendGrid's API for mail: a mail is handed over. */
import * as z from 'zod'
import { env } from '../../adapters/environment.ts'
import { handOver, readJson } from '../../adapters/provider-call.ts'
import type { Handover } from '../delivery.ts'
import type { OutboundEmail } from './compose.ts'

/** https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors; 413 is HTML. */
const problems = z.object({
  errors: z.array(z.object({ message: z.string(), field: z.string().nullish() })),
})

/**
 * Hands a mail over: 202, or 200 in the sandbox, which has no id. SendGrid knows no idempotency key: of what is in
 * doubt its events tell, by `custom_args`.
 * https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
 */
export const postEmail = (mail: OutboundEmail, timeoutMs?: number): Promise<Handover> =>
  handOver(
    {
      key: 'SENDGRID_KEY_SECRET',
      questionWith: (key) => ({
        method: 'POST',
        url: `${env('SENDGRID_API_URL').replace(/\/+$/, '')}/v3/mail/send`,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(mail),
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
