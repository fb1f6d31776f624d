/** How long the first steps take: a synthesis, and the time until Baton listens, in a copy of the checkout. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { START } from '../marks.ts'
import type { Options } from '../options.ts'
import { type Figure, type Findings, measured } from '../report/figure.ts'
import { median } from '../report/statistics.ts'
import { root } from '../root.ts'
import { run, startToListening, type Took } from './commands.ts'

/** What a synthesis or a start leaves in the checkout. */
const MADE = ['cdk.out', 'dist', '.local']

export async function start({ full }: Options): Promise<Findings> {
  const folder = copyOfCheckout()
  const rounds = full ? 3 : 1
  const taken = { cold: [], unchanged: [], fresh: [], warm: [] } as Record<string, Took[]>
  const forget = () => {
    for (const name of MADE) rmSync(path.join(folder, name), { recursive: true, force: true })
  }
  const take = async (name: string, took: Promise<Took>) => taken[name]?.push(await took)
  const synth = () => run(folder, 'cdk', 'synth', '--quiet', '--no-notices')
  try {
    for (let i = 0; i < rounds; i++) {
      forget()
      await take('cold', synth())
      await take('unchanged', synth())
      forget()
      await take('fresh', startToListening(folder))
      for (let n = 0; n < 3; n++) await take('warm', startToListening(folder))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return {
    figures: [
      ...figuresOf('cdk synth, cold', taken.cold, START.synthColdSeconds),
      ...figuresOf('cdk synth, unchanged', taken.unchanged, START.synthUnchangedSeconds),
      ...figuresOf('fresh clone to listening', taken.fresh, START.freshToListeningSeconds),
      ...figuresOf('warm start to listening', taken.warm, START.warmToListeningSeconds),
    ],
    notes: [
      'Packages are already installed. The marks are for an idle machine; on a busy one look at the CPU time.',
    ],
  }
}

/** Files known to git and new ones, so that nothing of an earlier synthesis is included. */
function copyOfCheckout(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'baton-bench-'))
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8' })
  for (const file of listed.split('\0').filter(Boolean)) {
    // It may be deleted and not committed.
    if (!existsSync(path.join(root, file))) continue
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    cpSync(path.join(root, file), path.join(folder, file))
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  return folder
}

function figuresOf(name: string, taken: readonly Took[] = [], most: number): Figure[] {
  const cpu = taken.map(({ cpuSeconds }) => cpuSeconds)
  return [
    measured(
      name,
      's',
      taken.map(({ seconds }) => seconds),
      {
        most,
        because: `it takes ${median(cpu).toFixed(1)} CPU-seconds`,
      },
    ),
    measured(`${name}: CPU`, 'CPU-s', cpu),
  ]
}
