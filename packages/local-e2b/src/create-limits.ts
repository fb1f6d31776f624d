/** The plan's limits on creating sandboxes; exceeding them gets the responses that E2B sends. */
import { ApiError } from './json-http.ts'
import type { Limits } from './options.ts'

const SECOND_MS = 1000

export interface CreateLimits {
  /**
   * Counts one creation against the rate, while `running` sandboxes are running or starting.
   *
   * @throws ApiError 429: with Retry-After if the rate is exceeded, without it if there are too many sandboxes
   */
  admit(running: number): void
}

/** @param now milliseconds of a monotonic clock */
export function createLimits(
  limits: Limits,
  now: () => number = () => performance.now(),
): CreateLimits {
  let recent: number[] = []
  return {
    admit: (running) => {
      const { createPerSecond = Infinity, concurrent = Infinity } = limits
      const time = now()
      recent = recent.filter((at) => time - at < SECOND_MS)
      const [oldest = time] = recent
      if (recent.length >= createPerSecond)
        throw new ApiError(429, `only ${createPerSecond} sandboxes can be created a second`, {
          'retry-after': String(Math.ceil((oldest + SECOND_MS - time) / SECOND_MS)),
        })
      if (running >= concurrent)
        throw new ApiError(
          429,
          `you have reached the maximum of ${concurrent} concurrent sandboxes`,
        )
      recent.push(time)
    },
  }
}
