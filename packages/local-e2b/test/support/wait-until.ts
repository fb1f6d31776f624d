/** Waits for a condition without assuming how long it takes. */
import { setTimeout as sleep } from 'node:timers/promises'

const PATIENCE_MS = 8000
const PERIOD_MS = 20

/** Resolves with the first truthy value of `question`. Rejects after 8 s, naming `what`. */
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
