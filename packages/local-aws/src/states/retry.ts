/** Decides when a failed state is retried, with one counter for each retrier of a state's visit. */
import type { Retrier } from './definition.ts'
import { matches, type StateFailure } from './failure.ts'

const DEFAULT_MAX_ATTEMPTS = 3
const DEFAULT_INTERVAL_SECONDS = 1
const DEFAULT_BACKOFF_RATE = 2

/**
 * Returns the milliseconds before the next retry, after `earlier` retries: interval · rate^earlier, capped, then
 * jittered (order assumed).
 */
function delayOf(retrier: Retrier, earlier: number, random: () => number): number {
  const interval = retrier.IntervalSeconds ?? DEFAULT_INTERVAL_SECONDS
  const grown = interval * (retrier.BackoffRate ?? DEFAULT_BACKOFF_RATE) ** earlier
  const capped = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY)
  return capped * 1000 * (retrier.JitterStrategy === 'FULL' ? random() : 1)
}

export class Retries {
  readonly #retriers: readonly Retrier[]
  readonly #random: () => number
  readonly #counts = new Map<Retrier, number>()
  /** How often the state was retried: `$states.context.State.RetryCount`. */
  total = 0

  constructor(retriers: readonly Retrier[], random: () => number) {
    this.#retriers = retriers
    this.#random = random
  }

  /**
   * Counts a retry and returns the milliseconds to wait before it, or undefined if the error is not retried, or
   * not again.
   */
  next(failure: StateFailure): number | undefined {
    const retrier = this.#retriers.find(({ ErrorEquals }) => matches(ErrorEquals, failure))
    if (retrier === undefined) return undefined
    const earlier = this.#counts.get(retrier) ?? 0
    if (earlier >= (retrier.MaxAttempts ?? DEFAULT_MAX_ATTEMPTS)) return undefined
    this.#counts.set(retrier, earlier + 1)
    this.total += 1
    return delayOf(retrier, earlier, this.#random)
  }
}
