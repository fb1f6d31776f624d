/** What a person waits for on the dashboard: first paint, bytes and requests of a view, and a long conversation. */
import type { Page, Request } from 'playwright-core'
import { buildDashboard } from '../../dashboard/build.ts'
import { startBrowser, type TestBrowser } from '../../test/dashboard/support/browser.ts'
import { type TestBaton, testBaton } from '../../test/support/baton.ts'
import { fill, storedEntries, storedSession } from '../../test/support/many-sessions.ts'
import { PAGE } from '../marks.ts'
import type { Options } from '../options.ts'
import { type Figure, type Findings, measured } from '../report/figure.ts'
import { sum } from '../report/statistics.ts'
import { root } from '../root.ts'

const ENTRIES = 10_000
const VIEWPORT = { width: 1440, height: 900 }

/** What a visit has taken. */
interface Loaded {
  readonly paintMs: number
  readonly readyMs: number
  readonly bytes: number
  readonly files: number
  readonly requests: number
}

/** Runs in the page. */
const TIMES = `({
  paintMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
  readyMs: performance.now(),
})`

export async function page({ full }: Options): Promise<Findings> {
  const baton = await testBaton({ dashboard: buildDashboard(root) })
  const browser = await startBrowser()
  try {
    await fill(baton, 'Sessions', [storedSession(0, ENTRIES)])
    await fill(baton, 'Conversations', storedEntries('old-0', ENTRIES))
    const rounds = full ? 15 : 5
    return {
      figures: [
        ...figuresOf('first view', await visits(baton, browser, rounds), {
          kB: PAGE.firstViewKb,
          paintMs: PAGE.firstPaintMs,
        }),
        measured('until its last entry is shown', 'ms', await openings(baton, browser, rounds), {
          group: `a conversation of ${ENTRIES} entries`,
          most: PAGE.longConversationMs,
        }),
      ],
      notes: [
        'Chromium on this machine, next to Baton itself; each visit with an empty cache. The page and its functions share the',
        'cores, so times depend on the load; bytes and requests do not.',
      ],
    }
  } finally {
    await browser.close()
    await baton.close()
  }
}

const addressOf = ({ url, token }: TestBaton) => `${url}/#token=${token}`

/** Opens the first view, each time as a new person. */
async function visits(baton: TestBaton, browser: TestBrowser, rounds: number) {
  const loaded: Loaded[] = []
  // The first visit starts functions.
  for (let round = 0; round <= rounds; round++) {
    const seen = await visit(baton, browser)
    if (round > 0) loaded.push(seen)
  }
  return loaded
}

async function visit(baton: TestBaton, browser: TestBrowser): Promise<Loaded> {
  const { page: tab } = await browser.open('about:blank', { viewport: VIEWPORT })
  const requests: Request[] = []
  tab.on('requestfinished', (request) => requests.push(request))
  await tab.goto(addressOf(baton))
  await tab.locator('.session').first().waitFor()
  const times = (await tab.evaluate(TIMES)) as Pick<Loaded, 'paintMs' | 'readyMs'>
  const files = requests.filter((request) => !isApi(request))
  const sizes = await Promise.all(files.map((request) => request.sizes()))
  await tab.context().close()
  return {
    ...times,
    bytes: sum(sizes.map(({ responseBodySize }) => responseBodySize)),
    files: files.length,
    requests: requests.length - files.length,
  }
}

const isApi = (request: Request) => new URL(request.url()).pathname.startsWith('/api/')

/** Opens a long conversation from the list, and returns how long it takes until its end is shown. */
async function openings(baton: TestBaton, browser: TestBrowser, rounds: number) {
  const { page: tab } = await browser.open(addressOf(baton), { viewport: VIEWPORT })
  const times: number[] = []
  for (let round = 0; round <= rounds; round++) {
    await tab.goto(`${baton.url}/#/conversations`)
    await tab.locator('.session').first().waitFor()
    const ms = await openLongConversation(tab)
    if (round > 0) times.push(ms)
  }
  return times
}

/** The page itself takes the time, so that the way to it does not count. */
const openLongConversation = (tab: Page) =>
  tab.evaluate(`new Promise((resolve) => {
    const began = performance.now()
    const look = () =>
      document.getElementById('entry-${ENTRIES}')
        ? resolve(performance.now() - began)
        : requestAnimationFrame(look)
    location.hash = '#/conversations/old-0'
    look()
  })`) as Promise<number>

function figuresOf(
  group: string,
  loaded: readonly Loaded[],
  most: { readonly kB: number; readonly paintMs: number },
): Figure[] {
  const of = (name: keyof Loaded) => loaded.map((each) => each[name])
  return [
    measured('first paint', 'ms', of('paintMs'), { group, most: most.paintMs }),
    measured('until everything is shown', 'ms', of('readyMs'), { group }),
    measured(
      'files, compressed',
      'kB',
      of('bytes').map((bytes) => bytes / 1000),
      {
        group,
        most: most.kB,
      },
    ),
    measured('files', '', of('files'), { group }),
    measured('requests to the API', '', of('requests'), { group }),
  ]
}
