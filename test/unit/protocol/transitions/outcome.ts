/** The outcome of an action. */
import type { Change } from '../transition.ts'
import type { Position } from '../world.ts'

/** The world after an action, and the next position of its actor; undefined if the execution is over. */
export interface Outcome extends Change {
  readonly next?: Position
}

export const take = { does: 'take' } as const
