/** Budgets with what was spent of them. */
import * as z from 'zod'
import type { Shape } from './shape.ts'

export const limit = z
  .object({
    unit: z.enum(['usd', 'turns', 'workers', 'minutes']),
    limit: z.number().describe('Including what was added by `continue`'),
    spent: z.number().nullable().describe('Null if it is not one amount; see the session then'),
    forecast: z
      .number()
      .nullable()
      .describe(
        'What a day will have spent by its end, if it goes on like the last 24 hours; null for other budgets',
      ),
    person: z.string().exactOptional().describe('Who has spent that, of a budget for each sender'),
  })
  .describe('A budget with what was spent of it')
export type LimitView = Shape<typeof limit>
