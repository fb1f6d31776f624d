/** The live workers of all sessions, the latest started first. */
import { liveWorkers } from '../../src/adapters/workers.ts'
import { workerView } from '../../src/core/views.ts'
import { cursorOf, type Page } from '../../src/http/query.ts'

/** One request, whatever is stored. */
export async function workers({ limit, cursor }: Page) {
  const { workers: live, next } = await liveWorkers(limit, cursor)
  return { workers: live.map(workerView), next: cursorOf(next) }
}
