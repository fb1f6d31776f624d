/** A clock that stands still until a test moves it. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CancelTimer, Clock } from '../../packages/local-aws/src/clock.ts'

interface Timer {
  readonly due: number
  readonly run: () => void
}

/** Turns of the event loop after which pending promises count as settled. */
const SETTLING_TURNS = 3

/**
 * Timers run in the order they are due, and in the order they were set when due together.
 * @param start milliseconds since the epoch; 2026-01-01T00:00:00Z unless told
 */
export class ManualClock implements Clock {
  #now: number
  readonly #timers = new Set<Timer>()

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  after(ms: number, run: () => void): CancelTimer {
    const timer = { due: this.#now + Math.max(0, ms), run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.size
  }

  /** Lets promises settle without moving the time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < SETTLING_TURNS; turn++) await nextTurn()
  }

  /**
   * Moves the time by `ms`, runs every timer that falls due on the way, and lets promises settle
   * after each.
   */
  async advance(ms: number): Promise<void> {
    await this.settle()
    const end = this.#now + ms
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.due)
      next.run()
      await this.settle()
    }
    this.#now = end
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.due <= end && (first === undefined || timer.due < first.due)) first = timer
    }
    return first
  }
}
