/** Publishes metrics as log lines that CloudWatch reads (embedded metric format), so that no request is needed. */
import { Metrics } from '@aws-lambda-powertools/metrics'
import { METRICS, type Measured, type MetricName, NAMESPACE } from '../core/metrics.ts'
import { env } from './environment.ts'

/** Publishes all metrics in one line. Zeros are left out, so that an idle deployment pays for no metric. */
export function publish(measured: Measured): void {
  const counted = (Object.entries(measured) as [MetricName, number][]).filter(
    ([, value]) => value !== 0,
  )
  if (counted.length === 0) return
  // A new instance each time keeps concurrent measurements apart.
  const metrics = new Metrics({
    namespace: NAMESPACE,
    serviceName: env('METRICS_SERVICE'),
  })
  for (const [name, value] of counted) metrics.addMetric(name, METRICS[name].unit, value)
  metrics.publishStoredMetrics()
}
