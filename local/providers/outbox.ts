/** One list of what people received from Baton, by SMS and by email. */

import * as z from 'zod'
import type { SentEmail } from './sendgrid/sent-email.ts'
import type { SendGrid } from './sendgrid/server.ts'
import type { SmsMessage } from './twilio/message.ts'
import type { Twilio } from './twilio/server.ts'

const attachment = z.object({
  name: z.string(),
  type: z.string(),
  /** In bytes. */
  size: z.number(),
  /** Base64. */
  content: z.string(),
})

/** Times are ISO 8601. */
const sms = z.object({
  channel: z.literal('sms'),
  at: z.string(),
  to: z.string(),
  from: z.string(),
  text: z.string(),
  /** URLs of an MMS's media. */
  media: z.array(z.string()),
  sid: z.string(),
  status: z.string(),
})

const email = z.object({
  channel: z.literal('email'),
  at: z.string(),
  /** Several addresses are separated by commas. */
  to: z.string(),
  from: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  headers: z.record(z.string(), z.string()),
  attachments: z.array(attachment),
  id: z.string(),
})

export const outbox = z.object({ messages: z.array(z.discriminatedUnion('channel', [sms, email])) })
export type Outbox = z.infer<typeof outbox>
export type OutboxMessage = Outbox['messages'][number]

/** Returns everything that both providers accepted, oldest first. */
export const outboxOf = (
  twilio: Pick<Twilio, 'outbox'>,
  sendgrid: Pick<SendGrid, 'outbox'>,
): Outbox => ({
  messages: [
    ...twilio.outbox.map((message) => ({ message, as: ofSms(message) })),
    ...sendgrid.outbox.map((message) => ({ message, as: ofEmail(message) })),
  ]
    .sort((a, b) => a.message.arrival - b.message.arrival)
    .map(({ as }) => as),
})

const ofSms = ({ at, to, from, body, media, sid, status }: SmsMessage): OutboxMessage => ({
  channel: 'sms',
  at: new Date(at).toISOString(),
  to,
  from,
  text: body,
  media: [...media],
  sid,
  status,
})

const ofEmail = (email: SentEmail): OutboxMessage => {
  const { id, at, to, cc, bcc, from, subject, text = '', html = '', headers, attachments } = email
  return {
    channel: 'email',
    at: new Date(at).toISOString(),
    to: [...to, ...cc, ...bcc].join(', '),
    from,
    subject,
    text,
    html,
    headers: { ...headers },
    attachments: [...attachments],
    id,
  }
}
