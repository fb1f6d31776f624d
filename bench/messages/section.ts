/** The AWS cost of a message: the first of a deployment, and the second of its session. */
import type { Resources } from '../../packages/local-aws/src/resource-lookup.ts'
import { COLD_SECRET_READS, MESSAGE_MARKS } from '../marks.ts'
import { type ObservedBaton, observedBaton } from '../observe/observed-baton.ts'
import type { Options } from '../options.ts'
import type { Figure, Findings } from '../report/figure.ts'
import { type CapacityMeter, capacityMeter } from './capacity.ts'
import { type Counts, countsOf } from './counts.ts'
import { figuresOf } from './figures.ts'
import { SCENARIOS, type Scenario } from './scenarios.ts'

export async function messages({ full }: Options): Promise<Findings> {
  const figures: Figure[] = []
  for (const scenario of SCENARIOS) figures.push(...(await measure(scenario, full ? 5 : 3)))
  return {
    figures,
    notes: [
      'Cold is the first message after a start, warm are those after it in the same session. Units are computed from the',
      'sizes of items. Time in functions is measured on this machine and includes waiting. Prices are list prices; E2B, the model,',
      'logs and traces are not included.',
    ],
  }
}

async function measure(scenario: Scenario, warmRounds: number): Promise<Figure[]> {
  const meter = capacityMeter()
  const observed = await observedBaton({ intercept: meter.around })
  try {
    meter.attach(observed.baton.aws)
    const counts: Counts[] = []
    for (let i = 0; i <= warmRounds; i++) counts.push(await once(scenario, observed, meter))
    const names = readableNames(observed.baton.aws.resources)
    return [
      ...figuresOf(
        `${scenario.name}, cold`,
        counts.slice(0, 1),
        marksOf(scenario.name, 'cold'),
        names,
      ),
      ...figuresOf(
        `${scenario.name}, warm`,
        counts.slice(1),
        marksOf(scenario.name, 'warm'),
        names,
      ),
    ]
  } finally {
    await observed.close()
  }
}

/** Throws if the message was not handled correctly, because the counts would be meaningless. */
async function once(
  { name, content, done }: Scenario,
  { baton, observe, consumers }: ObservedBaton,
  meter: CapacityMeter,
): Promise<Counts> {
  const session = 'bench'
  const seen = await observe(session, content)
  const entries = await baton.history(session)
  const times = entries.filter(({ role }) => role === 'user').length
  if (!done(entries, times))
    throw new Error(`"${name}" went wrong: ${JSON.stringify(entries, null, 1)}`)
  const units = await meter.unitsOf(seen.calls.map(({ body }) => body))
  const apiPorts = [baton.aws.ports.api ?? 0, baton.sandboxPort]
  return countsOf(seen, { units, consumers, apiPorts })
}

/** The marks are for the second message, except for the secrets that a cold start reads. */
const marksOf = (name: Scenario['name'], state: 'cold' | 'warm') => {
  if (state === 'warm') return MESSAGE_MARKS[name]
  return name === 'no worker' ? { secretReads: COLD_SECRET_READS } : {}
}

/** Returns a function from the physical names of functions and tables to names: `TakeMessages`, `Usage`. */
function readableNames({ all }: Resources): (physicalId: string) => string {
  const ids = new Map(all.map(({ physicalId, logicalId }) => [physicalId, logicalId]))
  return (physicalId) =>
    (ids.get(physicalId) ?? physicalId).replace(/[0-9A-F]{8}$/, '').replace(/^Storage/, '')
}
