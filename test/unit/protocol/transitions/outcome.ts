/** What an action of the model leads to. */
import type { Change } from '../transition.ts'
import type { Position } from '../world.ts'

/** What an action makes of the world, and where its actor stands then; nowhere: the execution is over. */
export interface Outcome extends Change {
  readonly next?: Position
}

export const take = { does: 'take' } as const
