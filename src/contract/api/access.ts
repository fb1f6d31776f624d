/** What a bearer token may do. */
import * as z from 'zod'
import { time } from './common.ts'
import { sessionId } from './ids.ts'

export const access = z.object({
  access: z
    .enum(['operator', 'reader', 'link'])
    .describe(
      'operator: everything. reader: only what does not change anything. link: only to read one session.',
    ),
  name: z.string().exactOptional().describe('The name of the token, as in the log'),
  dashboardUrl: z.url().exactOptional().describe('Where the dashboard is'),
  sessionId: sessionId.exactOptional().describe('Of a link'),
  expiresAt: time.exactOptional().describe('Of a link'),
})
