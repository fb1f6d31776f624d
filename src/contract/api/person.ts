/** People on the allow list, and unknown people who wrote. */
import * as z from 'zod'
import { next, time } from './common.ts'

export const listedPerson = z.object({
  address: z.string().describe('A phone number, an email address, or `@domain`'),
  at: time,
  email: z
    .string()
    .exactOptional()
    .describe('Gets replies that could not be delivered to this number'),
  reason: z.string().exactOptional().describe('Why the messages of an unknown person were ignored'),
  messages: z.int().min(1).exactOptional(),
})

export const personPage = z.object({
  people: z.array(listedPerson),
  configured: z
    .array(z.string())
    .describe('The people whom the configuration of the deployment allows'),
  next,
})

export const person = z.object({ address: z.string(), email: z.string().exactOptional() })
