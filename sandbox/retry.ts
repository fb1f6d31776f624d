/** Sends an HTTP request again, with growing pauses, while the fault may pass. */
import { setTimeout as sleep } from 'node:timers/promises'
import { exchange, type HttpRequest, type HttpResponse } from './exchange.ts'

const FIRST_PAUSE = 200
const LONGEST_PAUSE = 10_000
const ANSWER_WITHIN = 30_000

export type Persistence = {
  /** Give up when this many milliseconds have passed. */
  forMs: number
  /** Whether an answer settles the matter. Without it, all do but 429 and 5xx. */
  settles?: (answer: HttpResponse) => boolean
  /** Ends everything at once. */
  signal: AbortSignal
}

const isLasting = ({ status }: HttpResponse) => status < 500 && status !== 429

/**
 * The first answer that settles the matter, or the last one when time is up. Pauses grow from 0.2 s to 10 s and are drawn
 * at random below that, so that many runners do not come back in step. Throws when the last attempt got no answer.
 */
export async function request(
  url: string,
  outgoing: HttpRequest,
  { forMs, settles = isLasting, signal }: Persistence,
): Promise<HttpResponse> {
  const deadline = Date.now() + forMs
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    signal.throwIfAborted()
    const isLast = Date.now() + pause > deadline
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN)])
      const answer = await exchange(url, outgoing, within)
      if (isLast || settles(answer)) return answer
    } catch (error) {
      if (isLast || signal.aborted) throw error
    }
    await sleep(Math.random() * pause, undefined, { signal })
  }
}
