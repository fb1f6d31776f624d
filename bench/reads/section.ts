/** The speed of reads with much stored data, and next to waiting readers. */
import { setTimeout as wait } from 'node:timers/promises'
import { type TestBaton, testBaton } from '../../test/support/baton.ts'
import { fill, storedEntries, storedSession } from '../../test/support/many-sessions.ts'
import { READ_BESIDE_WAITING_MS } from '../marks.ts'
import type { Options } from '../options.ts'
import { type Figure, type Findings, figure, measured } from '../report/figure.ts'
import { median, partsOf, sum, tally } from '../report/statistics.ts'
import { type Read, read, readByTurns, routesOf, type Times } from './routes.ts'

const SESSIONS = 10_000
const ENTRIES = 10_000
const READERS = 60

/** For one ordinary reader. */
const BETWEEN_READS_MS = 100

export async function reads({ full }: Options): Promise<Findings> {
  const little = await testBaton()
  const much = await testBaton()
  try {
    const entries = await firstMessage(little)
    await firstMessage(much)
    await fillStore(much)
    const [small = new Map(), large = new Map()] = await readByTurns(
      [
        { baton: little, routes: routesOf('main', entries) },
        { baton: much, routes: routesOf('old-0', ENTRIES) },
      ],
      full ? 30 : 12,
    )
    return {
      figures: [...compared(small, large), ...(await besideReaders(much))],
      notes: [
        `${SESSIONS} sessions and a history of ${ENTRIES} entries, alternating with a Baton that has one message. A first page`,
        'of 100 entries is compared with the whole small history.',
      ],
    }
  } finally {
    await little.close()
    await much.close()
  }
}

/** Returns the number of entries in its session's history. */
async function firstMessage(baton: TestBaton): Promise<number> {
  await baton.send('main', 'hello')
  await baton.settled('main')
  return (await baton.history('main')).length
}

/** The newest session of all has the long history. */
async function fillStore(baton: TestBaton): Promise<void> {
  const sessions = Array.from({ length: SESSIONS }, (_, n) =>
    storedSession(n, n === 0 ? ENTRIES : 0),
  )
  await fill(baton, 'Sessions', sessions)
  await fill(baton, 'Conversations', storedEntries('old-0', ENTRIES))
}

const compared = (little: Times, much: Times): Figure[] =>
  [...much].flatMap(([name, taken]) => {
    const before = little.get(name) ?? []
    const group = { group: name }
    return [
      figure('much data relative to little', 'x', median(taken) / median(before), group),
      measured('much data', 'ms', taken, group),
      measured('little data', 'ms', before, group),
    ]
  })

/** Reads for as long as the readers wait, and returns the slowest. */
async function besideReaders(baton: TestBaton): Promise<Figure[]> {
  const waiting = Promise.all(Array.from({ length: READERS }, () => waitForNews(baton)))
  const answered = waiting.then((all) => all.filter(Boolean).length)
  // The first ones may all start a function.
  await wait(3_000)
  const taken: (Read & { readonly name: string })[] = []
  const ended = answered.then(() => true)
  // Each kind of page has a reader of its own, so that a slow one hides no other.
  const readers = Object.entries(routesOf('main', 1)).map(async ([name, route]) => {
    while (!(await Promise.race([ended, wait(BETWEEN_READS_MS, false)])))
      taken.push({ name, ...(await read(baton, route)) })
  })
  await Promise.all(readers)
  const slowest = taken
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, 3)
    .map(({ name, ms }) => `${name} ${Math.round(ms)} ms`)
  const refused = tally(taken.filter(({ ok }) => !ok).map(({ name }) => name))
  const group = { group: `next to ${READERS} waiting readers` }
  const times = taken.map(({ ms }) => ms)
  return [
    figure('slowest read', 'ms', Math.max(...times), {
      ...group,
      most: READ_BESIDE_WAITING_MS,
      because: `slowest: ${slowest.join(', ')}${refused.size > 0 ? `; refused: ${partsOf(refused)}` : ''}`,
    }),
    measured('a read', 'ms', times, group),
    figure('reads refused', '', sum([...refused.values()]), group),
    figure('waiting readers with the right response', '', await answered, group),
  ]
}

/** Returns whether a waiting reader got the documented response: no entries, at its timeout. */
async function waitForNews({ url, token }: TestBaton): Promise<boolean> {
  const response = await fetch(`${url}/api/sessions/old-0/messages?after=${ENTRIES}&wait=25`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return response.ok
}
