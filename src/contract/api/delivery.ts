/** Deliveries to people by SMS or email. */
import * as z from 'zod'
import { CHANNEL_NAMES, CHANNELS, type OutboundName } from '../../channels/index.ts'
import { count, time } from './common.ts'
import type { Shape } from './shape.ts'

const OUTBOUND = CHANNEL_NAMES.filter((name): name is OutboundName => 'outbound' in CHANNELS[name])

export const outbound = z.enum(OUTBOUND)

export const recipient = z
  .object({
    name: z.string().describe('The name that its delivery will have'),
    channel: outbound,
    to: z.string(),
  })
  .describe('Somebody to whom the text of an entry goes by SMS or email')

export type Recipient = Shape<typeof recipient>

export const delivery = z
  .object({
    name: z
      .string()
      .describe(
        'For the text of the entry, `reply.` and its recipient; otherwise the id of a command',
      ),
    to: z.string(),
    channel: outbound,
    status: z
      .enum(['sending', 'waiting', 'sent', 'delivered', 'undelivered', 'refused', 'in doubt'])
      .describe(
        'waiting: will be tried again. in doubt: the provider did not confirm that it accepted the message, and cannot be asked. delivered, undelivered: reported by the provider.',
      ),
    at: time,
    providerId: z.string().exactOptional(),
    segments: count.exactOptional().describe('Segments of an SMS; the provider charges by segment'),
    problem: z.string().exactOptional(),
  })
  .describe('To whom an entry or a file was sent by SMS or email, and with what result')
