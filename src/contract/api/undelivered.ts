/** Messages that could not be delivered. */
import * as z from 'zod'
import { next, time } from './common.ts'
import { outbound } from './delivery.ts'
import { sessionId } from './ids.ts'

export const undelivered = z
  .object({
    id: z.string().describe('For `POST /api/undelivered/{undeliveredId}/dismiss`'),
    sessionId,
    seq: z.int().min(1).describe('The number of the history entry'),
    name: z.string().describe('The name of the delivery within the entry'),
    to: z.string(),
    channel: outbound,
    at: time.describe('When it failed'),
    reason: z.string(),
  })
  .describe(
    'A message that could not be delivered, or that the provider has not confirmed. A reply by SMS that went by email instead is not among them.',
  )

export const undeliveredPage = z.object({ undelivered: z.array(undelivered), next })
