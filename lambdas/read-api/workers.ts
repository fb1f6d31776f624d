/** Lists the live workers of all sessions, latest first. */
import * as z from 'zod'
import { liveWorkers } from '../../src/adapters/workers.ts'
import { workerView } from '../../src/core/views.ts'
import { cursorOf, page } from '../../src/http/query.ts'
import { sessionId, workerId } from '../../src/http/request.ts'

export const workerPage = page(
  z.strictObject({
    live: z.literal('live'),
    startedAt: z.iso.datetime(),
    sessionId,
    workerId,
  }),
)

/** Always takes one request. */
export async function workers({ limit, cursor }: z.infer<typeof workerPage>) {
  const { workers: live, next } = await liveWorkers(limit, cursor)
  return { workers: live.map(workerView), next: cursorOf(next) }
}
