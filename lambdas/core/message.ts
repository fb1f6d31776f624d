/** A message's body: what was said, by whom; stored under the message's id before the session hears of it. */
import * as z from 'zod'

export const body = z.discriminatedUnion('from', [
  z.object({
    from: z.literal('person'),
    channel: z.enum(['http', 'sms', 'email']),
    text: z.string(),
    at: z.string(),
    /** It raises the budget at which the run paused. */
    raises: z.boolean().optional(),
  }),
  z.object({
    from: z.literal('worker'),
    workerId: z.string(),
    leg: z.number(),
    run: z.number(),
    text: z.string(),
    at: z.string(),
    /** How long the leg's sandbox ran, and whether the leg came to no good end. */
    seconds: z.number().optional(),
    failed: z.boolean().optional(),
  }),
  z.object({ from: z.literal('system'), text: z.string(), at: z.string() }),
])
export type Body = z.infer<typeof body>

/** The header under which the conductor sees it. */
export function headerOf(message: Body): string {
  switch (message.from) {
    case 'person':
      return { http: 'USER', sms: 'SMS', email: 'EMAIL' }[message.channel]
    case 'worker':
      return `WORKER:${message.workerId}`
    case 'system':
      return 'SYSTEM'
    default:
      return message satisfies never
  }
}
