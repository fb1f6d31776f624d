/** Our own metrics as alarms and the dashboard watch them: those of this deployment, by the names that functions publish. */
import { Duration, Stack } from 'aws-cdk-lib'
import { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import { DIMENSION, type MetricName, NAMESPACE } from '../../src/core/metrics.ts'

/** `Sum` of what happens, `Maximum` of what is the case or has added up today. */
export const ownMetric = (
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
