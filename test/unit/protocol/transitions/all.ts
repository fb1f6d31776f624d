/** All components of the system: every step is one of theirs. */
import type { Component } from '../transition.ts'
import { deliveries } from './deliveries.ts'
import { executions, zombieStep } from './executions.ts'
import { expiry } from './expiry.ts'
import { leg } from './leg.ts'
import { callback, runners } from './sandbox.ts'
import { stop } from './stop.ts'
import { verification } from './verification.ts'

export const components: readonly Component[] = [
  ...deliveries,
  executions,
  zombieStep,
  ...runners,
  callback,
  leg,
  expiry,
  ...verification,
  stop,
]
