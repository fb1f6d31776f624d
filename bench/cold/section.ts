/** What the first message to an idle deployment waits for: functions that start cold, one after another. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { bundleFunctions, sourcesOf } from '../../lib/synthesis/bundles.ts'
import { synthesise } from '../../local/synth.ts'
import { loadTemplate } from '../../packages/local-aws/src/template.ts'
import { type Bundle, bundlesOf } from '../bundles/bundles.ts'
import { type Imports, openImports } from '../bundles/imports.ts'
import { timedClaude } from '../hops/notes.ts'
import { COLD } from '../marks.ts'
import type { Options } from '../options.ts'
import { type Figure, type Findings, figure, measured, type Unit } from '../report/figure.ts'
import { median } from '../report/statistics.ts'
import { root } from '../root.ts'
import type { ColdFunction, ColdWay } from './cold-way.ts'
import { type IdleRound, idleRound } from './idle-round.ts'

export async function cold({ full }: Options): Promise<Findings> {
  const folder = mkdtempSync(path.join(tmpdir(), 'baton-bench-'))
  const imports = openImports()
  try {
    const template = loadTemplate(await synthesise(root))
    const bundles = bundlesOf(template, sourcesOf(await bundleFunctions(root)))
    const code = copyCode(bundles, path.join(folder, 'code'))
    const claude = await timedClaude(folder)
    const rounds: Round[] = []
    for (let i = 0; i < (full ? 5 : 3); i++)
      rounds.push(await withReference(imports, () => idleRound({ template, code, claude })))
    const bytes = new Map(bundles.map(({ name, bytes }) => [name, bytes]))
    const toConductor = rounds.map((each) => atReferenceSpeed(each.toConductor, each))
    const toWorker = rounds.map((each) => atReferenceSpeed(each.toWorker, each))
    return {
      figures: [
        ...wayFigures("to the conductor's CLI", toConductor, COLD.functionsInARow, COLD.wayMs),
        ...wayFigures("to the first worker's CLI", toWorker, COLD.functionsInARowWithWorker),
        ...functionFigures(toWorker, bytes),
        measured(
          'import of the reference module',
          'CPU-ms',
          rounds.map(({ referenceMs }) => referenceMs),
        ),
      ],
      notes: [
        'Everything is started anew for each round, without the compiled code that Node keeps. Cold way: CPU time at the CPU',
        "share of each function's memory, and the runner; from the webhook, with the function that takes it, without E2B's and",
        `the CLI's time, on a machine that imports the reference module in ${REFERENCE_MS} CPU-ms. All else is as this machine has`,
        "it, which needs more CPU time when it is busy. Init has Node's own start in it. The way to a worker also has warm",
        'functions, which are not counted.',
        howMeasured(rounds),
      ],
    }
  } finally {
    imports.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Round extends IdleRound {
  /** CPU time of the reference's import at about the same time. */
  readonly referenceMs: number
}

/** The speed for which the cold way is stated: that of one machine changes from hour to hour. */
const REFERENCE_MS = 100

async function withReference(imports: Imports, measure: () => Promise<IdleRound>): Promise<Round> {
  const reference = async () => (await imports.reference()).cpuMs
  const before = [await reference(), await reference()]
  const round = await measure()
  return { ...round, referenceMs: median([...before, await reference(), await reference()]) }
}

const atReferenceSpeed = (way: ColdWay, { referenceMs }: Round): ColdWay => ({
  ...way,
  ms: (way.ms * REFERENCE_MS) / referenceMs,
})

/** As on Lambda: from within the checkout, code that looks for a package that is not in its bundle would find it. */
function copyCode(bundles: readonly Bundle[], folder: string): string {
  for (const { name, file } of bundles)
    cpSync(path.dirname(file), path.join(folder, name), { recursive: true })
  return folder
}

const howMeasured = (rounds: readonly IdleRound[]) =>
  rounds.every(({ hasQuotas }) => hasQuotas)
    ? 'As measured: each process had a CPU quota of its share.'
    : 'As measured: without CPU quotas, which this machine does not allow, and made longer accordingly.'

function wayFigures(
  group: string,
  ways: readonly ColdWay[],
  mostFunctions: number,
  mostMs?: number,
): Figure[] {
  const row = typicalRow(ways)
  const each = (name: string, unit: Unit, value: (way: ColdWay) => number, most?: Mark) =>
    measured(name, unit, ways.map(value), { group, ...most })
  const names = row.map(({ name }) => name).join(', ')
  return [
    each('functions that start cold in a row', '', ({ functions }) => functions.length, {
      most: mostFunctions,
      because: names,
    }),
    each(
      'cold way',
      'ms',
      ({ ms }) => ms,
      mostMs === undefined ? {} : { most: mostMs, because: dearest(row) },
    ),
    each('as measured, with what is waited for', 'ms', ({ measuredMs }) => measuredMs),
    each('of this the runner', 'ms', ({ runnerMs }) => runnerMs),
    each('CPU time of these functions', 'CPU-s', ({ cpuMs }) => cpuMs / 1000),
  ]
}

type Mark = Pick<Figure, 'most' | 'because'>

/** Returns the functions of a round with the usual number of them. */
function typicalRow(ways: readonly ColdWay[]): readonly ColdFunction[] {
  const usual = median(ways.map(({ functions }) => functions.length))
  return (ways.find(({ functions }) => functions.length >= usual) ?? ways[0])?.functions ?? []
}

const dearest = (row: readonly ColdFunction[]) =>
  row
    .map(({ name, initCpuMs, callCpuMs }) => [name, initCpuMs + callCpuMs] as const)
    .sort(([, a], [, b]) => b - a)
    .map(([name, ms]) => `${name} ${ms.toFixed(0)} CPU-ms`)
    .join(', ')

/** Of each function on the way, in its order there. */
function functionFigures(ways: readonly ColdWay[], bytes: ReadonlyMap<string, number>): Figure[] {
  const starts = ways.flatMap(({ functions }) => functions)
  return typicalRow(ways).flatMap(({ name, memoryMb }, i) => {
    const group = `${i + 1}. ${name}`
    const same = starts.filter((start) => start.name === name)
    const each = (label: string, unit: Unit, value: (start: ColdFunction) => number) =>
      measured(label, unit, same.map(value), { group })
    return [
      figure('memory', 'MB', memoryMb, { group }),
      figure('bundle', 'kB', (bytes.get(name) ?? 0) / 1000, { group }),
      each('init', 'CPU-ms', ({ initCpuMs }) => initCpuMs),
      each('first call', 'CPU-ms', ({ callCpuMs }) => callCpuMs),
      each('init as measured', 'ms', ({ initMs }) => initMs),
      each('first call as measured', 'ms', ({ callMs }) => callMs),
    ]
  })
}
