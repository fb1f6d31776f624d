/** Waits by a clock that a test can replace. */
import type { Clock } from '../../packages/local-aws/src/clock.ts'

export const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve)
  })
