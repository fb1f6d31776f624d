/** The row of the email channel: return addresses and counters. */
import * as z from 'zod'
import { plural } from '../../core/plural.ts'
import { emailAddress } from '../address.ts'
import type { ChannelRow, Counts, OutboundChannel } from '../channel.ts'

const returnAddress = z.object({
  channel: z.literal('email'),
  /** In lower case. */
  address: z.string(),
  subject: z.string(),
  /** The Message-ID of the email to reply to, with angle brackets. Absent if this starts a thread. */
  messageId: z.string().optional(),
  /** That email's references, oldest first (RFC 5322, 3.6.4). */
  references: z.array(z.string()).optional(),
})
export type EmailReturn = z.infer<typeof returnAddress>

const outbound = {
  label: 'email',
  returnAddress,
  addressOf(to, subject) {
    const address = emailAddress(to)
    return address === undefined ? undefined : { channel: 'email', address, subject }
  },
  example: 'an email address like ada@example.com',
  ownAddress: 'EMAIL_ADDRESS',
  sent: () => ({ 'out.email': 1 }),
  spent: ({ 'out.email': emails = 0 }: Counts) =>
    emails > 0 ? plural(emails, 'email') : undefined,
} as const satisfies OutboundChannel<EmailReturn>

export const email = { header: 'EMAIL', outbound } as const satisfies ChannelRow
