/** The network of new sandboxes, from the function's environment. */
import { env } from '../adapters/environment.ts'
import { type NetworkRules, networkRules } from '../core/egress.ts'

/** Returns the rules for sandboxes of conductors, or of workers and verifiers. */
export const sandboxNetwork = (setting: 'CONDUCTOR_EGRESS' | 'WORKER_EGRESS'): NetworkRules =>
  networkRules(env(setting), [
    new URL(env('CALLBACK_URL')).hostname,
    new URL(env('GATEWAY_URL')).hostname,
    env('OBJECTS_HOST'),
  ])
