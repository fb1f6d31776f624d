/** Whether Baton answers, and the health of the services that it depends on. */
import * as z from 'zod'
import { time } from './common.ts'
import type { Shape } from './shape.ts'

export const health = z.object({ status: z.literal('ok'), timestamp: time })

const name = z.enum(['model', 'e2b', 'twilio', 'sendgrid', 'dynamodb'])
const state = z
  .enum(['ok', 'degraded', 'down', 'unknown'])
  .describe(
    'degraded: it fails in a way that may pass. down: only the operator can help. unknown: not used yet, or not since a failure more than an hour ago.',
  )

export const dependency = z.object({
  name,
  state,
  since: time.exactOptional().describe('When it came into this state'),
  detail: z.string().describe('What was seen when it was last used'),
  cure: z.string().nullable().describe('What to do; null if there is nothing to do but wait'),
})

export const dependencies = z
  .object({ dependencies: z.array(dependency), timestamp: time })
  .describe('What was last seen of the services that Baton depends on')

export type DependencyName = z.infer<typeof name>
export type DependencyState = z.infer<typeof state>
export type DependencyHealth = Shape<typeof dependency>
