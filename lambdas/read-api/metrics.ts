/** Returns the counts of all time and of today. */
import { grandTotals } from '../../src/adapters/totals.ts'
import { countLiveWorkers } from '../../src/adapters/workers.ts'
import type { Metrics } from '../../src/contract/api/metrics.ts'
import { metricsView } from '../../src/core/views.ts'

/** Always takes two requests. */
export async function metrics(): Promise<Metrics> {
  const now = Date.now()
  const [{ all, today, since }, active] = await Promise.all([grandTotals(now), countLiveWorkers()])
  const { workers, ...counts } = metricsView(all)
  return {
    ...counts,
    workers: { ...workers, active },
    today: metricsView(today),
    /** UTC date, or null if nothing was counted. */
    since: since ?? null,
    timestamp: new Date(now).toISOString(),
  }
}
