/** The gateway's cost in time: first byte and throughput of a stream through it and without it. */
import { testBaton } from '../../test/support/baton.ts'
import { askFor, openGateway } from '../../test/support/gateway.ts'
import { secretsOf } from '../../test/support/secrets.ts'
import { now } from '../observe/now.ts'
import type { Options } from '../options.ts'
import { type Figure, type Findings, figure, measured } from '../report/figure.ts'
import { median } from '../report/statistics.ts'

/** Characters of the long response: about 10,000 events. */
const LONG = 2_000_000

interface Way {
  readonly url: string
  readonly key: string
}

interface Streamed {
  readonly firstMs: number
  readonly totalMs: number
  readonly bytes: number
}

export async function gateway({ full }: Options): Promise<Findings> {
  const baton = await testBaton()
  try {
    const { model, aws } = baton
    if (!model) throw new Error('the scripted model is not running')
    const secrets = [...(await secretsOf(aws))]
    const [, key = ''] = secrets.find(([name]) => name.includes('anthropic-api-key')) ?? []
    const ask = async (way: Way, characters: number): Promise<Streamed> => {
      model.faults.push({ answer: [{ type: 'text', text: 'x'.repeat(characters) }] })
      return streamed(way)
    }
    const ways: Record<'alone' | 'gateway', Way> = {
      alone: { url: model.url, key },
      gateway: await openGateway(baton, 'bench'),
    }
    const short: Record<keyof typeof ways, Streamed[]> = { alone: [], gateway: [] }
    const long: Record<keyof typeof ways, Streamed[]> = { alone: [], gateway: [] }
    for (const way of ['alone', 'gateway'] as const) await ask(ways[way], 100)
    for (let i = 0; i < 20; i++)
      for (const way of ['alone', 'gateway'] as const) short[way].push(await ask(ways[way], 100))
    for (let i = 0; i < (full ? 5 : 3); i++)
      for (const way of ['alone', 'gateway'] as const) long[way].push(await ask(ways[way], LONG))
    return {
      figures: [
        ...compared('first byte', 'ms', short, ({ firstMs }) => firstMs),
        ...compared('short response', 'ms', short, ({ totalMs }) => totalMs),
        ...compared('throughput', 'MB/s', long, ({ bytes, totalMs }) => bytes / totalMs / 1000),
      ],
      notes: ['Requests alternate between the two.'],
    }
  } finally {
    await baton.close()
  }
}

async function streamed(way: Way): Promise<Streamed> {
  const began = now()
  const answer = await askFor(way)
  if (answer.status !== 200 || !answer.body) throw new Error(await answer.text())
  let firstMs = 0
  let bytes = 0
  for await (const chunk of answer.body) {
    firstMs ||= now() - began
    bytes += chunk.length
  }
  return { firstMs, totalMs: now() - began, bytes }
}

function compared(
  name: string,
  unit: 'ms' | 'MB/s',
  taken: Readonly<Record<'alone' | 'gateway', readonly Streamed[]>>,
  value: (one: Streamed) => number,
): Figure[] {
  const [alone, through] = [taken.alone.map(value), taken.gateway.map(value)]
  return [
    figure(`${name}, gateway relative to the model alone`, 'x', median(through) / median(alone)),
    measured(`${name}, gateway`, unit, through),
    measured(`${name}, model alone`, unit, alone),
  ]
}
