/** The cost of a cold start: the size of each bundle, and the CPU time and memory of its import. */

import { synthesise } from '../../local/synth.ts'
import { loadTemplate } from '../../packages/local-aws/src/template.ts'
import { BUNDLE_KB, IMPORT_MS } from '../marks.ts'
import type { Options } from '../options.ts'
import { type Figure, type Findings, figure } from '../report/figure.ts'
import { root } from '../root.ts'
import { type Allowance, allowanceFor, readBudget, UPDATE, writeBudget } from './budget.ts'
import { isOnDemand } from './bundles.ts'
import { type Measured, measureBundles } from './measure.ts'

export async function bundles({ full, updateBudget }: Options): Promise<Findings> {
  const template = loadTemplate(await synthesise(root))
  const rounds = full || updateBudget ? 5 : 2
  const measured = await measureBundles(template, rounds)
  const entries = Object.entries(measured.bundles).sort(([, a], [, b]) => b.bytes - a.bytes)
  if (updateBudget)
    writeBudget(
      Object.fromEntries(
        Object.entries(measured.bundles).map(([name, each]) => [name, allowanceFor(each)]),
      ),
    )
  return {
    figures: [...overall(entries, measured), ...eachBundle(entries)],
    notes: [
      `CPU time is the lowest of ${rounds} imports without a compile cache; x is its multiple of a reference module's,`,
      `${measured.referenceMs.toFixed(0)} ms in this run. ${budgetNote(entries, updateBudget)}`,
    ],
  }
}

type Entry = readonly [string, Allowance]

const kB = (bytes: number) => bytes / 1000

function overall(entries: readonly Entry[], { importMs }: Measured): Figure[] {
  const total = entries.reduce((sum, [, { bytes }]) => sum + bytes, 0)
  const isEmail = ([name]: Entry) => name.includes('email')
  const others = entries.filter((entry) => !isEmail(entry) && !isOnDemand(entry[0]))
  const slowest = [...importMs].filter(([name]) => !isOnDemand(name)).sort(([, a], [, b]) => b - a)
  return [
    figure('bundles', '', entries.length),
    figure('total', 'kB', kB(total)),
    largest('largest bundle', others, BUNDLE_KB.others),
    largest('largest bundle that parses emails', entries.filter(isEmail), BUNDLE_KB.email),
    figure('slowest import', 'ms', slowest[0]?.[1] ?? 0, {
      most: IMPORT_MS,
      because: `over the mark: ${above(slowest, IMPORT_MS, 'ms')}`,
    }),
  ]
}

function largest(name: string, entries: readonly Entry[], most: number): Figure {
  const sizes = entries.map(([bundle, { bytes }]) => [bundle, kB(bytes)] as const)
  const because = `over the mark: ${above(sizes, most, 'kB')}`
  return figure(name, 'kB', sizes[0]?.[1] ?? 0, { most, because })
}

/** Returns how many exceed a mark, and by which the first ones do. */
function above(values: readonly (readonly [string, number])[], most: number, unit: string): string {
  const over = values.filter(([, value]) => value > most)
  const first = over.slice(0, 4).map(([name, value]) => `${name} ${value.toFixed(0)} ${unit}`)
  return `${over.length} of ${values.length}, ${first.join(', ')}`
}

const eachBundle = (entries: readonly Entry[]): Figure[] => [
  ...entries.map(([name, { bytes }]) => figure(name, 'kB', kB(bytes), { group: 'size' })),
  ...entries.map(([name, { importRatio }]) =>
    figure(name, 'x', importRatio, { group: 'CPU time of the import relative to the reference' }),
  ),
  ...entries.map(([name, { heapKb }]) =>
    figure(name, 'MB', heapKb / 1024, { group: 'heap after the import' }),
  ),
]

/** Reports bundles whose budget is so generous that it would not notice a regression. */
function budgetNote(entries: readonly Entry[], updated: boolean): string {
  if (updated) return 'The budget was updated.'
  const budget = readBudget()
  const loose = entries.filter(([name, { bytes }]) => bytes < 0.8 * (budget[name]?.bytes ?? 0))
  if (loose.length === 0) return 'test/flow/bundles.test.ts checks them against bundle-budget.json.'
  return `The budget of ${loose.length} bundles is too generous: ${UPDATE}`
}
