/** Measures all bundles: the least of several imports counts, for a busy machine only ever adds. */
import { bundleFunctions, sourcesOf } from '../../lib/synthesis/bundles.ts'
import type { Template } from '../../packages/local-aws/src/template.ts'
import { root } from '../root.ts'
import type { Budget } from './budget.ts'
import { bundlesOf } from './bundles.ts'
import { type ImportCost, openImports } from './imports.ts'

export interface Measured {
  readonly bundles: Budget
  /** CPU time of each import, in ms. */
  readonly importMs: ReadonlyMap<string, number>
  readonly referenceMs: number
}

/** Rounds are interleaved, so that a busy moment does not affect one bundle alone. */
export async function measureBundles(template: Template, rounds: number): Promise<Measured> {
  const bundles = bundlesOf(template, sourcesOf(await bundleFunctions(root)))
  const imports = openImports()
  try {
    const reference: ImportCost[] = []
    const costs = new Map<string, ImportCost[]>(bundles.map(({ name }) => [name, []]))
    for (let round = 0; round < rounds; round++) {
      reference.push(await imports.reference(), await imports.reference())
      for (const bundle of bundles) costs.get(bundle.name)?.push(await imports.bundle(bundle))
    }
    const referenceMs = leastCpu(reference)
    const importMs = new Map([...costs].map(([name, each]) => [name, leastCpu(each)]))
    const measured = bundles.map(({ name, bytes, sources }) => [
      name,
      {
        bytes,
        modules: sources.length,
        heapKb: Math.min(...(costs.get(name) ?? []).map(({ heapKb }) => heapKb)),
        importRatio: (importMs.get(name) ?? 0) / referenceMs,
      },
    ])
    return { bundles: Object.fromEntries(measured), importMs, referenceMs }
  } finally {
    imports.close()
  }
}

const leastCpu = (costs: readonly ImportCost[]) => Math.min(...costs.map(({ cpuMs }) => cpuMs))
