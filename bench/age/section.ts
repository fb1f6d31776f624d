/** What a message costs in an old conversation, compared with a new one. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { replies } from '../../test/support/baton.ts'
import { timedClaude } from '../hops/notes.ts'
import { AGED_UNITS } from '../marks.ts'
import { capacityMeter } from '../messages/capacity.ts'
import type { Counts } from '../messages/counts.ts'
import { SCENARIOS } from '../messages/scenarios.ts'
import { once, sessionOf } from '../messages/section.ts'
import { observedBaton } from '../observe/observed-baton.ts'
import type { Options } from '../options.ts'
import { type Figure, type Findings, figure } from '../report/figure.ts'
import { median } from '../report/statistics.ts'

/** A message without a worker makes three entries. */
const ENTRIES = { some: 300, full: 2_000 }
const ENTRIES_A_MESSAGE = 3

const ROUNDS = 5

const [scenario] = SCENARIOS
const SESSION = sessionOf(scenario.name)

export async function age({ full }: Options): Promise<Findings> {
  const entries = full ? ENTRIES.full : ENTRIES.some
  const folder = mkdtempSync(path.join(tmpdir(), 'baton-bench-'))
  const meter = capacityMeter()
  const observed = await observedBaton({
    intercept: meter.around,
    claude: await timedClaude(folder),
    pauses: 'reliable',
    variables: { BUDGETS: '{}' },
  })
  const { baton } = observed
  const rounds = async () => {
    const counts: Counts[] = []
    while (counts.length < ROUNDS) counts.push(await once(scenario, observed, meter))
    return counts
  }
  try {
    meter.attach(baton.aws)
    // The first message creates a sandbox.
    await once(scenario, observed, meter)
    const young = await rounds()
    const answered = async () => replies(await baton.history(SESSION)).length
    const wanted = Math.ceil(entries / ENTRIES_A_MESSAGE) - ROUNDS
    for (let sent = ROUNDS + 1; sent < wanted; sent++) {
      await baton.send(SESSION, scenario.content)
      await baton.settled(SESSION)
    }
    if ((await answered()) !== wanted) throw new Error('Not every message was answered once.')
    return {
      figures: compared(young, await rounds()),
      notes: [
        `The first ${ROUNDS} messages after a first one, and the last ${ROUNDS} of a history of ${entries} entries; with the`,
        'stand-in for the CLI. Units are computed from the sizes of items.',
      ],
    }
  } finally {
    await observed.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const MEASURES = {
  'writes and reads': ({ writes, reads }) => writes.length + reads.length,
  'write and read units': ({ writeUnits, readUnits }) => writeUnits + readUnits,
} as const satisfies Record<string, (counts: Counts) => number>

const compared = (young: readonly Counts[], old: readonly Counts[]): Figure[] =>
  Object.entries(MEASURES).map(([name, measure]) => {
    const [before, after] = [young, old].map((counts) => median(counts.map(measure)))
    const because = `${before} in a new conversation, ${after} in an old one`
    return figure(name, 'x', (after ?? 0) / (before ?? 1), { most: AGED_UNITS, because })
  })
