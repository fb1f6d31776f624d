/** Time for the local AWS services: one clock that a test can hold in its hand. */

/**
 * Ends a timer that is no longer wanted; calling it again, or after the timer ran, does nothing.
 */
export type CancelTimer = () => void

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /**
   * Calls `run` once, `ms` milliseconds from now (at once, but not synchronously, for 0 or less).
   */
  after(ms: number, run: () => void): CancelTimer
}

/** Node clamps a longer delay to 1 ms, so longer waits are made of several timers. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The machine's own time. */
export const systemClock: Clock = {
  now: Date.now,
  after(ms, run) {
    const due = Date.now() + ms
    const arm = (): NodeJS.Timeout => {
      const left = Math.max(0, due - Date.now())
      return left > LONGEST_TIMER_MS
        ? setTimeout(() => {
            timer = arm()
          }, LONGEST_TIMER_MS)
        : setTimeout(run, left)
    }
    let timer = arm()
    return () => clearTimeout(timer)
  },
}
