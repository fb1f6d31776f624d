/** How much workers slow each other down: eight tasks of two seconds compared with one. */
import type { Entry } from '../../src/core/history.ts'
import { block, commandsOf, type TestBaton, testBaton } from '../../test/support/baton.ts'
import { EIGHT_BESIDE_ONE } from '../marks.ts'
import { accepted, converse, timeOf } from '../observe/conversation.ts'
import type { Options } from '../options.ts'
import { type Figure, type Findings, measured } from '../report/figure.ts'
import { median } from '../report/statistics.ts'

const TASKS = 8
const TASK = block('sleep 2; echo done')

const CLIS = { quick: 'stand-in for the CLI', real: 'real CLI' } as const

export async function sideBySide({ full }: Options): Promise<Findings> {
  const figures = await measure('quick', full ? 4 : 2)
  if (full) figures.push(...(await measure('real', 3)))
  return {
    figures,
    notes: [
      'From the message to the reply that accepts the last report. One and eight alternate, after a warm-up of each.',
    ],
  }
}

async function measure(cli: keyof typeof CLIS, rounds: number): Promise<Figure[]> {
  const baton = await testBaton({ cli })
  try {
    const taken: Record<'one' | 'eight', Times[]> = { one: [], eight: [] }
    for (let i = 0; i <= rounds; i++) {
      const one = await timesOf(baton, `one-${i}`, 1)
      const eight = await timesOf(baton, `eight-${i}`, TASKS)
      // The first round starts the functions.
      if (i === 0) continue
      taken.one.push(one)
      taken.eight.push(eight)
    }
    return figuresOf(CLIS[cli], taken, cli === 'quick')
  } finally {
    await baton.close()
  }
}

interface Times {
  readonly reply: number
  readonly lastReport: number
  /** From the first worker's start to the last one's. */
  readonly startsSpread: number
}

async function timesOf(baton: TestBaton, session: string, workers: number): Promise<Times> {
  const content = Array.from({ length: workers }, () => TASK).join('\n')
  const { doneMs, entries, posted } = await converse(baton, session, content, accepted(workers))
  const reports = entries.filter(({ role }) => role === 'worker').map(timeOf)
  const starts = await startsOf(baton, session, entries)
  return {
    reply: doneMs,
    lastReport: Math.max(...reports) - posted,
    startsSpread: Math.max(...starts) - Math.min(...starts),
  }
}

async function startsOf(baton: TestBaton, session: string, entries: readonly Entry[]) {
  const workers = commandsOf(entries, 'SPAWN_WORKER').length
  const times: number[] = []
  for (let i = 1; i <= workers; i++) {
    const response = await baton.request(`/api/sessions/${session}/workers/w${i}`)
    times.push(Date.parse(((await response.json()) as { startedAt: string }).startedAt))
  }
  return times
}

function figuresOf(
  group: string,
  { one, eight }: Readonly<Record<'one' | 'eight', readonly Times[]>>,
  marked: boolean,
): Figure[] {
  const ratios = eight.map(({ reply }, i) => reply / (one[i]?.reply ?? Number.NaN))
  const spread = Math.round(median(eight.map(({ startsSpread }) => startsSpread)))
  const reported = median(eight.map(({ lastReport }) => lastReport))
  const reviewed = median(eight.map(({ reply }) => reply)) - reported
  const because = `the eight start within ${spread} ms, and ${Math.round(reviewed)} ms pass from the last report to the reply`
  return [
    measured('eight relative to one', 'x', ratios, {
      group,
      ...(marked && { most: EIGHT_BESIDE_ONE, because }),
    }),
    measured(
      'one',
      'ms',
      one.map(({ reply }) => reply),
      { group },
    ),
    measured(
      'eight',
      'ms',
      eight.map(({ reply }) => reply),
      { group },
    ),
    measured(
      'last report of eight',
      'ms',
      eight.map(({ lastReport }) => lastReport),
      { group },
    ),
    measured(
      'start of the eight, spread',
      'ms',
      eight.map(({ startsSpread }) => startsSpread),
      {
        group,
      },
    ),
  ]
}
