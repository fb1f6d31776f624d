/** Baton's custom metrics for alarms and the dashboard, limited to this deployment. */
import { Duration, Stack } from 'aws-cdk-lib'
import { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import { DIMENSION, type MetricName, NAMESPACE } from '../../src/core/metrics.ts'

/** Use `Sum` for events, and `Maximum` for levels and for totals of the day. */
export const customMetric = (
  scope: Construct,
  metricName: MetricName,
  statistic: 'Sum' | 'Maximum',
  period = Duration.minutes(5),
) =>
  new Metric({
    namespace: NAMESPACE,
    metricName,
    statistic,
    period,
    dimensionsMap: { [DIMENSION]: Stack.of(scope).stackName },
  })
