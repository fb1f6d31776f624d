/** Publishes our metrics as lines of the log that CloudWatch reads (embedded metric format): no request, no waiting. */
import { Metrics } from '@aws-lambda-powertools/metrics'
import { METRICS, type Measured, type MetricName, NAMESPACE } from '../core/metrics.ts'
import { env } from './environment.ts'

/** One line for all of them. What is zero is left out, so that a deployment that does nothing pays for no metric. */
export function publish(measured: Measured): void {
  const counted = (Object.entries(measured) as [MetricName, number][]).filter(
    ([, value]) => value !== 0,
  )
  if (counted.length === 0) return
  // One of its own each time: what is measured at once by others is not mixed in.
  const metrics = new Metrics({
    namespace: NAMESPACE,
    serviceName: env('METRICS_SERVICE'),
  })
  for (const [name, value] of counted) metrics.addMetric(name, METRICS[name].unit, value)
  metrics.publishStoredMetrics()
}
