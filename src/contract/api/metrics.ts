/** Counts of all sessions together. */
import * as z from 'zod'
import { count, time, usd } from './common.ts'
import type { Shape } from './shape.ts'
import { messages, tokens } from './usage.ts'

const workers = z.object({
  spawned: count,
  accepted: count,
  failed: count.describe('Legs that failed, timed out or were lost'),
})

export const counts = z.object({ messages, turns: count, workers, tokens, costUsd: usd })
export type Counts = Shape<typeof counts>

export const metrics = counts
  .extend({
    workers: workers.extend({ active: count }),
    today: counts.describe('Counts since midnight UTC'),
    since: z.iso
      .date()
      .nullable()
      .describe(
        'The first day with counts, in UTC. If that day is in an earlier month, the first day of that month. Null if nothing was counted.',
      ),
    timestamp: time,
  })
  .describe('Counts of all time and of today')
export type Metrics = Shape<typeof metrics>
