/** A clock whose timers can all be cancelled at once, so that a closed stack does nothing more. */
import type { CancelTimer, Clock } from './clock.ts'

export interface StoppableClock extends Clock {
  /** Cancels every timer; timers set later never run. */
  stop(): void
}

export function stoppableClock(clock: Clock): StoppableClock {
  const pending = new Set<CancelTimer>()
  let stopped = false
  return {
    now: () => clock.now(),
    after: (ms, run) => {
      if (stopped) return () => {}
      const cancel = clock.after(ms, () => {
        pending.delete(cancel)
        run()
      })
      pending.add(cancel)
      return () => {
        pending.delete(cancel)
        cancel()
      }
    },
    stop: () => {
      stopped = true
      for (const cancel of pending) cancel()
      pending.clear()
    },
  }
}
