/** The row of the SMS channel: return addresses and counters. */
import * as z from 'zod'
import { plural } from '../../core/plural.ts'
import { phoneNumber } from '../address.ts'
import type { ChannelRow, Counts, OutboundChannel } from '../channel.ts'

const returnAddress = z.object({
  channel: z.literal('sms'),
  /** E.164. */
  address: z.string(),
})
export type SmsReturn = z.infer<typeof returnAddress>

const outbound = {
  label: 'SMS',
  returnAddress,
  addressOf(to) {
    const address = phoneNumber(to)
    return address === undefined ? undefined : { channel: 'sms', address }
  },
  example: 'a number like +15550100',
  ownAddress: 'SMS_NUMBER',
  // A link and its file's name take up to two segments.
  fileLimit: { most: 3, reason: 'each file is sent as a link' },
  sent: (segments) => ({ 'out.sms': 1, smsSegments: segments }),
  spent: ({ smsSegments = 0 }: Counts) =>
    smsSegments > 0 ? plural(smsSegments, 'SMS segment') : undefined,
} as const satisfies OutboundChannel<SmsReturn>

export const sms = { header: 'SMS', outbound } as const satisfies ChannelRow
