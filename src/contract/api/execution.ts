/** An execution of a state machine. */
import * as z from 'zod'

export const execution = z.object({
  execution: z.string().describe('Its name in Step Functions'),
  console: z.url().nullable().describe('Its page in the AWS console; null on one machine'),
})
