/** The AWS cost of a message: the first of a deployment, and the second of its session. */
import type { Resources } from '../../packages/local-aws/src/resource-lookup.ts'
import { COLD_SECRET_READS, MESSAGE_MARKS } from '../marks.ts'
import { type ObservedBaton, observedBaton } from '../observe/observed-baton.ts'
import type { Options } from '../options.ts'
import type { Figure, Findings } from '../report/figure.ts'
import { type CallCounts, callCounts, lowest, writeCallBudget } from './call-budget.ts'
import { type CapacityMeter, capacityMeter } from './capacity.ts'
import { type Counts, countsOf } from './counts.ts'
import { figuresOf } from './figures.ts'
import { SCENARIOS, type Scenario } from './scenarios.ts'

export async function messages({ full, updateBudget }: Options): Promise<Findings> {
  const figures: Figure[] = []
  const budget: Record<string, CallCounts> = {}
  for (const scenario of SCENARIOS) {
    const { cold, warm, nameOf } = await measure(scenario, full ? 5 : 3)
    const { name } = scenario
    figures.push(...figuresOf(`${name}, cold`, [cold], marksOf(name, 'cold'), nameOf))
    figures.push(...figuresOf(`${name}, warm`, warm, marksOf(name, 'warm'), nameOf))
    budget[name] = lowest(warm.map(callCounts))
  }
  if (updateBudget) writeCallBudget(budget)
  return {
    figures,
    notes: [
      'Cold is the first message after a start, warm are those after it in the same session. Units are computed from the',
      'sizes of items. Time in functions is measured on this machine and includes waiting. Prices are list prices; E2B, the model,',
      'logs and traces are not included.',
    ],
  }
}

interface Measured {
  /** The first message of a deployment. */
  readonly cold: Counts
  /** Those after it, in the same session. */
  readonly warm: readonly Counts[]
  readonly nameOf: (physicalId: string) => string
}

async function measure(scenario: Scenario, warmRounds: number): Promise<Measured> {
  const meter = capacityMeter()
  const observed = await observedBaton({ intercept: meter.around })
  try {
    meter.attach(observed.baton.aws)
    const cold = await once(scenario, observed, meter)
    const warm: Counts[] = []
    while (warm.length < warmRounds) warm.push(await once(scenario, observed, meter))
    return { cold, warm, nameOf: readableNames(observed.baton.aws.resources) }
  } finally {
    await observed.close()
  }
}

/** Returns the session in which all messages of a scenario are. */
export const sessionOf = (name: Scenario['name']) => `bench-${name.replaceAll(/\W+/g, '-')}`

/**
 * Sends the message once. Throws if it was not handled correctly, because the counts would be meaningless. Without a meter the
 * capacity units are 0.
 */
export async function once(
  { name, content, done }: Scenario,
  { baton, observe, consumers }: ObservedBaton,
  meter?: CapacityMeter,
): Promise<Counts> {
  const session = sessionOf(name)
  const seen = await observe(session, content)
  const entries = await baton.history(session)
  const times = entries.filter(({ role }) => role === 'user').length
  if (!done(entries, times))
    throw new Error(`"${name}" went wrong: ${JSON.stringify(entries, null, 1)}`)
  const bodies = seen.calls.map(({ body }) => body)
  const units = (await meter?.unitsOf(bodies)) ?? { read: 0, write: 0 }
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
