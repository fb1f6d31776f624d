/** What was ever counted, and today's part of it. */
import { grandTotals } from '../../src/adapters/totals.ts'
import { countLiveWorkers } from '../../src/adapters/workers.ts'
import type { Metrics } from '../../src/contract/api/metrics.ts'
import { metricsView } from '../../src/core/views.ts'

/** Two requests, whatever is stored. */
export async function metrics(): Promise<Metrics> {
  const now = Date.now()
  const [{ all, today, since }, active] = await Promise.all([grandTotals(now), countLiveWorkers()])
  const { workers, ...counts } = metricsView(all)
  return {
    ...counts,
    workers: { ...workers, active },
    today: metricsView(today),
    /** A date in UTC; of nothing null. */
    since: since ?? null,
    timestamp: new Date(now).toISOString(),
  }
}
