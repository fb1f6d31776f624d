/** Everything that can happen next. */
import type { Setting, Transition } from '../transition.ts'
import type { World } from '../world.ts'
import { deliveries } from './deliveries.ts'
import { executions } from './executions.ts'
import { leg } from './leg.ts'
import { sandbox } from './sandbox.ts'
import { stop } from './stop.ts'

export const successors = (world: World, setting: Setting): Transition[] => [
  ...deliveries(world, setting),
  ...executions(world, setting),
  ...sandbox(world, setting),
  ...leg(world, setting),
  ...stop(world, setting),
]
