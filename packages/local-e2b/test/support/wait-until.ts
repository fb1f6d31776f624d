/** Waits for something that will be true soon, without saying how soon. */
import { setTimeout as sleep } from 'node:timers/promises'

const PATIENCE_MS = 8000
const PERIOD_MS = 20

/** The first true or defined value that `question` answers; rejects naming `what` after 8 s. */
export async function waitUntil<T>(
  what: string,
  question: () => T | Promise<T>,
): Promise<NonNullable<T>> {
  const end = performance.now() + PATIENCE_MS
  while (performance.now() < end) {
    const answer = await question()
    if (answer) return answer
    await sleep(PERIOD_MS)
  }
  throw new Error(`not within ${PATIENCE_MS} ms: ${what}`)
}
