/** Counts of all sessions together. */
import * as z from 'zod'
import { count, time, usd } from './common.ts'
import { limit } from './limit.ts'
import type { Shape } from './shape.ts'
import { messages, tokens } from './usage.ts'

const workers = z.object({
  spawned: count,
  accepted: count,
  failed: count.describe('Legs that failed, timed out or were lost'),
})

export const counts = z.object({ messages, turns: count, workers, tokens, costUsd: usd })
export type Counts = Shape<typeof counts>

const limits = z.object({
  usd: z.number().optional(),
  turns: z.number().optional(),
  workers: z.number().optional(),
  minutes: z.number().optional(),
})

export const metrics = counts
  .extend({
    budgets: z
      .object({ run: limits, session: limits, sender: limits, day: limits })
      .describe('What a run, a session, a sender a day and all senders a day may use'),
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

export const personCounts = counts
  .extend({
    person: z
      .string()
      .describe(
        'A number or an address. The name of a channel stands for all who wrote there and were not verified, such as `http`.',
      ),
  })
  .describe('What a person has used')

export const daily = z
  .object({
    days: z
      .array(counts.extend({ date: z.iso.date(), byModel: z.record(z.string(), tokens) }))
      .describe('By day (UTC), oldest first; days without counts are missing'),
    people: z
      .array(personCounts)
      .describe(
        'By person over these days, who cost most first. A run that is open may be missing in part.',
      ),
    limits: z.object({
      run: z.array(limit),
      session: z.array(limit),
      sender: z.array(limit),
      day: z.array(limit),
    }),
    timestamp: time,
  })
  .describe('What was used by day and by person, and the budgets')
export type Daily = Shape<typeof daily>
