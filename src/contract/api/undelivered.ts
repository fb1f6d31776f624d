/** Messages that could not be delivered. */
import * as z from 'zod'
import type { UndeliveredStatus } from '../../core/undelivered.ts'
import { next, time } from './common.ts'
import { outbound } from './delivery.ts'
import { sessionId } from './ids.ts'

const STATUSES = ['late', 'given up', 'failed'] as const satisfies readonly UndeliveredStatus[]

export const undelivered = z
  .object({
    id: z.string().describe('For `POST /api/undelivered/{undeliveredId}/dismiss`'),
    sessionId,
    seq: z.int().min(1).describe('The number of the history entry'),
    name: z.string().describe('The name of the delivery within the entry'),
    to: z.string(),
    channel: outbound,
    at: time.describe('When it failed; if it is late, when it was said'),
    reason: z.string(),
    status: z
      .enum(STATUSES)
      .describe(
        'late: it has failed for half an hour and is tried again. given up: it is on the dead-letter queue. failed: nothing is sent again.',
      ),
    advice: z.string().describe('What to do'),
  })
  .describe(
    'A message that could not be delivered, that is late, or that the provider has not confirmed. A reply by SMS that went by email instead is not among them.',
  )

export const undeliveredPage = z.object({ undelivered: z.array(undelivered), next })
