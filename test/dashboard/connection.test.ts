/** The page and its server: requests at rest, hidden pages, and a server that goes away and comes back. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildDashboard } from '../../dashboard/build.ts'
import { replies, testBaton } from '../support/baton.ts'
import { type Dashboard, root, startDashboard } from './support/dashboard.ts'

let dashboard: Dashboard
const stateDir = mkdtempSync(path.join(tmpdir(), 'baton-dashboard-'))
beforeAll(async () => {
  dashboard = await startDashboard({ stateDir })
})
afterAll(async () => {
  await dashboard.browser.close()
  rmSync(stateDir, { recursive: true, force: true })
})

const LONG = { timeout: 90_000 }

/** Counts requests to the API from now on. */
function requestsOf(page: Page) {
  const sent: string[] = []
  page.on('request', (request) => sent.push(new URL(request.url()).pathname))
  return sent
}

test('an open page at rest waits for news in one request, and a hidden one in none', async () => {
  const { baton } = dashboard
  await baton.send('rest', 'hello')
  await baton.settled('rest')
  await baton.until('rest', (all) => all.at(-1)?.receipt !== undefined)
  const { page } = await dashboard.visit('#/conversations/rest')
  await page.getByRole('article', { name: /^Receipt/ }).waitFor(LONG)
  // The time of the page, not of the test, goes by.
  const waits = page.waitForRequest(/[?&]wait=25/)
  await waits
  const sent = requestsOf(page)
  await page.waitForResponse(/[?&]wait=25/, { timeout: 40_000 })
  expect(sent).toEqual([])
  await page.waitForRequest(/[?&]wait=25/)
  expect(sent).toEqual(['/api/sessions/rest/messages'])

  const ended = page.waitForEvent('requestfailed')
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await ended
  await baton.send('rest', 'news')
  await baton.until('rest', (all) => replies(all).length === 2)
  expect(sent).toEqual(['/api/sessions/rest/messages'])
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'visible', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await page.getByText('news').waitFor(LONG)
})

test('a server that goes away and comes back loses nothing and doubles nothing', async () => {
  const { page, troubles } = await dashboard.visit('#/conversations/rest')
  const field = page.getByRole('textbox')
  await page
    .getByRole('article', { name: /^Receipt/ })
    .first()
    .waitFor(LONG)
  const { port } = new URL(dashboard.baton.url)
  await dashboard.baton.close()
  await page.getByRole('alert').getByText('Baton does not answer').waitFor(LONG)
  await field.fill('written while it was away')
  await page.keyboard.press('Enter')
  const mine = page.getByRole('article', { name: 'Your message, on its way' })
  await mine.getByText('Baton does not answer').waitFor(LONG)

  const again = await testBaton({
    stateDir,
    port: Number(port),
    dashboard: buildDashboard(root),
  })
  try {
    await page
      .getByRole('alert')
      .getByText('tries again by itself')
      .waitFor({ state: 'detached', ...LONG })
    await mine.getByRole('button', { name: 'Send again' }).click()
    await mine.waitFor({ state: 'detached', ...LONG })
    await again.until('rest', (all) => replies(all).length === 3)
    await expect
      .poll(() => page.getByText('written while it was away').count(), LONG)
      .toBeGreaterThan(0)
    const people = (await again.history('rest')).filter(({ role }) => role === 'user')
    expect(people.map(({ text }) => text)).toEqual(['hello', 'news', 'written while it was away'])
    await expect.poll(() => page.locator('.entry.user').count(), LONG).toBe(3)
    expect(troubles).toEqual([])
  } finally {
    await page.close()
    await again.close()
  }
})
