/** Makes RedriveExecution idempotent by the client's token. */
import type { Clock } from '../../clock.ts'

const REMEMBERED = 10
const LIFETIME_MS = 15 * 60_000

interface Redrive {
  readonly token: string
  readonly at: number
  readonly answer: number
}

/** Remembers the last ten tokens of each execution for 15 minutes, as AWS does, but not after the process ends. */
export class RedriveTokens {
  readonly #clock: Clock
  readonly #redrives = new Map<string, Redrive[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Returns the response that this token got before. Otherwise calls `redrive` and remembers its response if it
   * succeeds.
   */
  once(executionArn: string, token: string | undefined, redrive: () => number): number {
    if (token === undefined) return redrive()
    const now = this.#clock.now()
    const recent = (this.#redrives.get(executionArn) ?? []).filter(
      ({ at }) => now - at < LIFETIME_MS,
    )
    const known = recent.find((earlier) => earlier.token === token)
    if (known !== undefined) return known.answer
    const answer = redrive()
    this.#redrives.set(executionArn, [...recent, { token, at: now, answer }].slice(-REMEMBERED))
    return answer
  }
}
