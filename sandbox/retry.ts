/** Sends HTTP requests, and retries temporary failures with growing pauses. */
import { setTimeout as sleep } from 'node:timers/promises'
import { exchange, type HttpRequest, type HttpResponse } from './exchange.ts'

const FIRST_PAUSE = 200
const LONGEST_PAUSE = 10_000
const RESPONSE_TIMEOUT = 30_000

export type Persistence = {
  /** Give up after this many milliseconds. */
  forMs: number
  /** Returns whether a response is final. By default, all are final except 429 and 5xx. */
  settles?: (answer: HttpResponse) => boolean
  /** Aborts at once. */
  signal: AbortSignal
}

/** Returns whether a response is final by default. */
export const isLasting = ({ status }: Pick<HttpResponse, 'status'>) =>
  status < 500 && status !== 429

/**
 * Returns the first final response, or the last one if the time is up, and how often it asked. Pauses grow from 0.2 s to 10 s, with full jitter,
 * so that many runners do not retry in step. Throws if the last attempt got no response.
 */
export async function request(
  url: string,
  outgoing: HttpRequest,
  { forMs, settles = isLasting, signal }: Persistence,
): Promise<HttpResponse & { attempts: number }> {
  const deadline = Date.now() + forMs
  let attempts = 0
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    attempts++
    signal.throwIfAborted()
    const isLast = Date.now() + pause > deadline
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(RESPONSE_TIMEOUT)])
      const answer = await exchange(url, outgoing, within)
      if (isLast || settles(answer)) return { ...answer, attempts }
    } catch (error) {
      if (isLast || signal.aborted) throw error
    }
    await sleep(Math.random() * pause, undefined, { signal })
  }
}
