/** A conversation of 10,000 entries: it opens at its end, and only what is near is rendered. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fill, storedEntries, storedSession } from '../support/many-sessions.ts'
import { type Dashboard, startDashboard } from './support/dashboard.ts'

const ENTRIES = 10_000
const LONG = { timeout: 60_000 }

let dashboard: Dashboard
beforeAll(async () => {
  dashboard = await startDashboard()
  await fill(dashboard.baton, 'Sessions', [storedSession(0, ENTRIES)])
  await fill(dashboard.baton, 'Conversations', storedEntries('old-0', ENTRIES))
}, 180_000)
afterAll(() => dashboard.close())

/** What the page may hold: some screens of entries, and an empty box for each chunk that is far away. */
const MOST_NODES = 6000

test('it shows its last entry first, after one page of the history', async () => {
  const { page } = await dashboard.visit('#/conversations')
  const pages: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/messages')) pages.push(request.url())
  })
  await page.locator('[data-item]').first().click(LONG)
  await page.locator(`#entry-${ENTRIES}`).waitFor(LONG)
  expect(pages.filter((url) => url.includes('order=desc')).length).toBeLessThanOrEqual(2)
  const { atEnd, nodes } = await page.locator('.scroller').evaluate((box) => ({
    atEnd: Math.abs(box.scrollHeight - box.scrollTop - box.clientHeight) < 2,
    nodes: document.querySelectorAll('*').length,
  }))
  expect(atEnd).toBe(true)
  expect(nodes).toBeLessThan(MOST_NODES)
})

test('older entries come in above without moving what is read, and are not all rendered', async () => {
  const { page } = await dashboard.visit('#/conversations/old-0')
  await page.locator(`#entry-${ENTRIES}`).waitFor(LONG)
  const scroller = page.locator('.scroller')
  for (let screens = 0; screens < 25; screens++) {
    const first = await page.locator('.entry').first().getAttribute('id')
    const moved = await scroller.evaluate(async (box) => {
      box.scrollTop -= box.clientHeight
      const seen = [...document.querySelectorAll('.entry')].find(
        (entry) => entry.getBoundingClientRect().top > 100,
      )
      const before = seen?.getBoundingClientRect().top ?? 0
      for (let frames = 0; frames < 20; frames++) await new Promise(requestAnimationFrame)
      return seen?.isConnected ? Math.abs(seen.getBoundingClientRect().top - before) : 0
    })
    expect(moved, `at ${first}`).toBeLessThan(3)
  }
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length)
  expect(nodes).toBeLessThan(MOST_NODES)
})

test('a new entry does not move what is read, and says that it is there', async () => {
  const { baton } = dashboard
  const { page } = await dashboard.visit('#/conversations/old-0')
  await page.locator(`#entry-${ENTRIES}`).waitFor(LONG)
  const scroller = page.locator('.scroller')
  await scroller.evaluate((box) => {
    box.scrollTop -= 700
  })
  await page.getByRole('button', { name: 'To the end ↓' }).waitFor(LONG)
  const before = await scroller.evaluate((box) => box.scrollTop)
  await baton.send('old-0', 'something new')
  const news = page.getByRole('button', { name: 'New entries ↓' })
  await news.waitFor(LONG)
  expect(await scroller.evaluate((box) => box.scrollTop)).toBe(before)
  await news.click()
  await page.getByText('something new').last().waitFor(LONG)
})

test('a link leads to an entry far back', async () => {
  const { page } = await dashboard.visit(`#/conversations/old-0#${ENTRIES - 300}`)
  const entry = page.locator(`#entry-${ENTRIES - 300}`)
  await entry.waitFor(LONG)
  await expect
    .poll(
      () =>
        entry.evaluate(
          (node) =>
            node.getBoundingClientRect().top < innerHeight && node === document.activeElement,
        ),
      LONG,
    )
    .toBe(true)
})
