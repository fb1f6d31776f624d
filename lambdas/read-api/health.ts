/** Returns what was last seen of the services that Baton depends on. */
import { lastSightings } from '../../src/adapters/health.ts'
import { healthView } from '../../src/core/health.ts'

/** Always takes one request, and calls none of these services. */
export async function dependencies() {
  const now = Date.now()
  return {
    dependencies: healthView(await lastSightings(), now),
    timestamp: new Date(now).toISOString(),
  }
}
