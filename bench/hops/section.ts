/** The time of each hop from the webhook to the running CLI, cold and warm. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { OWN_HOPS_MS } from '../marks.ts'
import { type ObservedBaton, observedBaton } from '../observe/observed-baton.ts'
import type { Options } from '../options.ts'
import { type Figure, type Findings, measured } from '../report/figure.ts'
import { median } from '../report/statistics.ts'
import { momentsOf, sandboxMs } from './moments.ts'
import { startsIn, timedClaude } from './notes.ts'
import { type HopName, hopsOf, ownMs } from './timeline.ts'

interface Round {
  readonly hops: ReturnType<typeof hopsOf>
  /** From the accepted webhook to the running CLI. */
  readonly total: number
  readonly own: number
}

export async function hops({ full }: Options): Promise<Findings> {
  const folder = mkdtempSync(path.join(tmpdir(), 'baton-bench-'))
  try {
    const claude = await timedClaude(folder)
    const cold: Round[] = []
    const warm: Round[] = []
    const starts = full ? 5 : 2
    for (let i = 0; i < starts; i++) {
      const observed = await observedBaton({ claude })
      try {
        cold.push(await round(observed))
        for (let n = 0; n < (full ? 4 : 3); n++) warm.push(await round(observed))
      } finally {
        await observed.close()
      }
    }
    return {
      figures: [...figuresOf('cold', cold), ...figuresOf('warm', warm)],
      notes: [
        "All messages are in one session, so the warm ones find a paused sandbox. Baton's own time: from the accepted webhook",
        "to the CLI's process, without requests to E2B and without the start of the runner's process. The times of processes",
        'are exact to 10 ms.',
      ],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function round(observed: ObservedBaton): Promise<Round> {
  const { stateDir } = observed.baton
  const window = await observed.observe('bench', 'What can you do?')
  const start = startsIn(stateDir).at(-1)
  if (!start) throw new Error('the stand-in has recorded nothing')
  const moments = momentsOf(window, start)
  return {
    hops: hopsOf(moments),
    total: moments.cliStarted - moments.accepted,
    own: ownMs(moments, sandboxMs(window)),
  }
}

/** Hops that are not Baton's own time. */
const FOREIGN: ReadonlySet<HopName> = new Set<HopName>([
  'webhook accepted',
  'sandbox command',
  "the runner's process",
])

function figuresOf(group: 'cold' | 'warm', rounds: readonly Round[]): Figure[] {
  const names = [...(rounds[0]?.hops.keys() ?? [])]
  const samples = names.map(
    (name) => [name, rounds.map(({ hops }) => hops.get(name) ?? 0)] as const,
  )
  const longest = samples
    .filter(([name]) => !FOREIGN.has(name))
    .map(([name, each]) => [name, Math.round(median(each))] as const)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 4)
    .map(([name, ms]) => `${name} ${ms} ms`)
  const own = rounds.map((each) => each.own)
  return [
    ...samples.map(([name, each]) => measured(name, 'ms', each, { group })),
    measured(
      'accepted webhook to running CLI',
      'ms',
      rounds.map(({ total }) => total),
      { group },
    ),
    measured("of which Baton's own", 'ms', own, {
      group,
      ...(group === 'warm' && {
        most: OWN_HOPS_MS,
        because: `longest hops: ${longest.join(', ')}`,
      }),
    }),
  ]
}
