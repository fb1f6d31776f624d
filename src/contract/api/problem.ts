/** The format of errors on every route. */
import * as z from 'zod'

export const problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong, and what to do about it'),
    instance: z.string().describe('The id of the request in the logs'),
  })
  .describe('An error as RFC 9457 defines it')
