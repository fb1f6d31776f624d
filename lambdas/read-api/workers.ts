/** Lists the live workers of all sessions, latest first. */
import { liveWorkers } from '../../src/adapters/workers.ts'
import { workerView } from '../../src/core/views.ts'
import { cursorOf, type Page } from '../../src/http/query.ts'

/** Always takes one request. */
export async function workers({ limit, cursor }: Page) {
  const { workers: live, next } = await liveWorkers(limit, cursor)
  return { workers: live.map(workerView), next: cursorOf(next) }
}
