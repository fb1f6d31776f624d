/** The current status. */
import * as z from 'zod'
import { count, time } from './common.ts'
import { conductorOfSession } from './conductor.ts'
import { worker } from './worker.ts'

export const status = z
  .object({
    status: z
      .enum(['online', 'idle', 'degraded'])
      .describe(
        'degraded: the latest run was taken over after a failure, or waits at a budget until a person continues it',
      ),
    conductor: conductorOfSession
      .nullable()
      .describe('The conductor of the most recently active session; null if there is no session'),
    workers: z.array(worker).max(50),
    outgoing: count.describe(
      'About how many messages to people by SMS or email are on their way: not handed to a provider yet, or to be tried again',
    ),
    timestamp: time,
  })
  .describe('The current status')
