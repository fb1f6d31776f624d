/** How often each view asks for news, by the page's own clock: rarely at rest, not at all when hidden, often beside a worker. */
import type { Page, Request } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { block } from '../support/baton.ts'
import { holdAnswer } from '../support/held-answer.ts'
import { type Dashboard, startDashboard } from './support/dashboard.ts'

let dashboard: Dashboard
beforeAll(async () => {
  dashboard = await startDashboard()
  const { baton } = dashboard
  await baton.send('rest', 'hello')
  await baton.until('rest', (all) => all.at(-1)?.receipt !== undefined)
})
afterAll(() => dashboard.close())

const LONG = { timeout: 90_000 }

/** Opens a view whose time goes by only as the test wants. */
async function visitOutOfTime(place: string, shown: string): Promise<Page> {
  const { page } = await dashboard.visit(place)
  await page.clock.install()
  await page.reload()
  await page.getByText(shown).first().waitFor(LONG)
  await page.clock.pauseAt(Date.now() + 60_000)
  return page
}

const isApi = (request: Request) => new URL(request.url()).pathname.startsWith('/api/')

/** The second of the page's time in which each request to the API was sent, from now on. */
function requestsOf(page: Page) {
  const sentAt: number[] = []
  let open = 0
  let second = 0
  page.on('request', (request) => {
    if (!isApi(request)) return
    sentAt.push(second)
    open += 1
  })
  const end = (request: Request) => {
    if (isApi(request)) open -= 1
  }
  page.on('requestfinished', end)
  page.on('requestfailed', end)
  return {
    sentAt,
    /** Lets a second go by, in which the page reads every answer. */
    async tick() {
      second += 1
      await page.clock.runFor(1_000)
      await expect.poll(() => open, LONG).toBeLessThanOrEqual(0)
    },
  }
}

const setVisibility = (page: Page, state: 'hidden' | 'visible') =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { value, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)

test.each([
  { view: '#/', shown: 'Latest conversations' },
  { view: '#/now', shown: 'None is at work.' },
  { view: '#/conversations', shown: 'hello' },
  { view: '#/usage', shown: 'Spent today' },
])('$view at rest makes at most one request in 20 s, and none while it is hidden', async (each) => {
  const page = await visitOutOfTime(each.view, each.shown)
  const { sentAt, tick } = requestsOf(page)
  while (sentAt.length < 4) await tick()
  // The first was due when the time stopped.
  const pauses = sentAt.slice(2).map((at, i) => at - (sentAt[i + 1] ?? 0))
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(20)

  await setVisibility(page, 'hidden')
  for (let seconds = 0; seconds < 100; seconds++) await tick()
  expect(sentAt.length).toBe(4)
  await page.close()
})

test.each([
  { view: '#/now', session: 'lane', shown: 'online', tool: 'li' },
  { view: '#/conversations/thread', session: 'thread', shown: 'about thread', tool: '.doing' },
])('$view shows a tool call within two seconds', async ({ view, session, shown, tool }) => {
  const { baton } = dashboard
  const turn = holdAnswer(baton.model, `about ${session}`)
  // Only the output contains these words, so that the worker is held after it has used a tool.
  const atWork = holdAnswer(baton.model, `done-${session}`)
  await baton.send(session, `about ${session}\n${block(`printf '%s-%s' done ${session}`)}`)
  await turn.asked
  const page = await visitOutOfTime(view, shown)
  turn.release()
  await atWork.asked
  await baton.atWork(session)
  await page.clock.runFor(2_000)
  await page.locator(tool, { hasText: 'Bash' }).first().waitFor(LONG)
  await page.close()
  atWork.release()
  await baton.until(session, (all) => all.at(-1)?.receipt !== undefined)
})
