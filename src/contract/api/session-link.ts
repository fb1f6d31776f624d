/** A link that shows one session. */
import * as z from 'zod'
import { time } from './common.ts'

export const sessionLink = z.object({
  url: z
    .url()
    .describe(
      "The session in the dashboard. What follows `#link=` is a bearer token for the session's routes.",
    ),
  expiresAt: time,
})
