/** The cost of a deployment while nobody writes. */

import { synthesise } from '../../local/synth.ts'
import { loadTemplate } from '../../packages/local-aws/src/template.ts'
import { IDLE_USD_A_MONTH } from '../marks.ts'
import { PRICES } from '../prices.ts'
import { type Findings, figure } from '../report/figure.ts'
import { root } from '../root.ts'
import { customMetrics, monthly } from './monthly.ts'

export async function idle(): Promise<Findings> {
  const template = loadTemplate(await synthesise(root))
  const items = monthly(template, 'us-east-1')
  const total = items.reduce((sum, { dollars }) => sum + dollars, 0)
  const parts = items.map(({ name, count, dollars }) => `${name} (${count}) $${dollars.toFixed(2)}`)
  const custom = customMetrics(template).size
  return {
    figures: [
      figure('total', '$/month', total, { most: IDLE_USD_A_MONTH, because: parts.join(', ') }),
      ...items.map(({ name, count, dollars }) => figure(`${name}: ${count}`, '$/month', dollars)),
      figure(
        `custom metrics, if all were published every hour: ${custom}`,
        '$/month',
        custom * PRICES['us-east-1'].customMetric,
      ),
    ],
    notes: [
      'List prices of us-east-1, without free tiers and storage. Custom metrics are charged for the hours in',
      'which they are published; they are not in the total, because nothing is published while nothing happens.',
    ],
  }
}
