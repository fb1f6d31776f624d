/** Time for the local AWS services, behind an interface that a test can replace. */

/** Cancels a timer. Calling it again, or after the timer ran, does nothing. */
export type CancelTimer = () => void

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `run` once, `ms` milliseconds from now; for 0 or less as soon as possible, but never synchronously. */
  after(ms: number, run: () => void): CancelTimer
}

/** Node reduces a longer delay to 1 ms, so a longer wait is split into several timers. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The system's time. */
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
