/** The two state machines as other capabilities get them. */
import type { ReviewLoop } from './review-loop.ts'
import type { WorkerLeg } from './worker-leg.ts'

/** Both state machines, for the functions that start, stop, answer or show their executions. */
export interface Machines {
  readonly reviewLoop: ReviewLoop
  readonly workerLeg: WorkerLeg
}
