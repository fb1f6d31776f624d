/** The conductor of a session. */
import * as z from 'zod'
import { count, time } from './common.ts'
import { sessionId } from './ids.ts'
import type { Shape } from './shape.ts'

export const conductor = z.object({
  sandboxId: z.string().nullable(),
  uptime: count.describe(
    'Milliseconds since its sandbox was created or resumed; 0 while no run is open',
  ),
  uptimeSeconds: count.describe('The same in whole seconds'),
  activeWorkerCount: count,
})

export const conductorOfSession = conductor.extend({ sessionId, lastActivity: time })
export type ConductorView = Shape<typeof conductorOfSession>
