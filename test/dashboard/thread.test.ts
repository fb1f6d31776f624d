/** What a thread says of its entries and workers: which answers are older, where a link leads, and who has gone silent. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, commandsOf } from '../support/baton.ts'
import { fill, storedSession } from '../support/many-sessions.ts'
import { type Dashboard, startDashboard } from './support/dashboard.ts'

const LONG = { timeout: 60_000 }
const at = new Date().toISOString()

let dashboard: Dashboard
beforeAll(async () => {
  dashboard = await startDashboard()
}, 120_000)
afterAll(() => dashboard.close())

async function store(sessionId: string, entries: readonly object[], changes: object = {}) {
  const session = { ...storedSession(0, entries.length), sessionId, ...changes }
  await fill(dashboard.baton, 'Sessions', [session])
  const items = entries.map((entry, i) => {
    const document = JSON.stringify({ seq: i + 1, at, ...entry })
    return { sessionId, seq: i + 1, document }
  })
  await fill(dashboard.baton, 'Conversations', items)
}

test('an answer to an earlier message says so while a later one waits for its own', async () => {
  const entries = [
    { role: 'user', messageId: 'a', text: 'first question' },
    { role: 'conductor', text: 'Let me see.', turnId: 't1', answers: ['a'] },
    { role: 'user', messageId: 'b', text: 'second question' },
    { role: 'conductor', text: 'This is about the first.', turnId: 't2', answers: [] },
  ]
  const inbox = [{ seq: 3, id: 'b', from: 'person', size: 15 }]
  await store('overtaken', entries, { inbox })
  const { page } = await dashboard.visit('#/conversations/overtaken')
  const older = page.getByText('older answer')
  await older.waitFor(LONG)
  expect(await older.count()).toBe(1)
  const entry = page.locator('.entry', { has: older })
  expect(await entry.textContent()).toContain('This is about the first.')
})

test('a link to a turn scrolls to it', async () => {
  const turns = Array.from({ length: 60 }, (_, i) => ({
    role: 'conductor',
    turnId: `t${i + 1}`,
    text: `Turn ${i + 1}.\n\n${'A line.\n\n'.repeat(8)}`,
  }))
  await store('turns', turns)
  const { page } = await dashboard.visit('#/conversations/turns#t3')
  const entry = page.locator('#entry-3')
  const isInSight = () =>
    entry.evaluate((node) => {
      const { top } = node.getBoundingClientRect()
      return top >= 0 && top < innerHeight && node === document.activeElement
    })
  await entry.waitFor(LONG)
  await expect.poll(isInSight, LONG).toBe(true)
  await page.evaluate(() => {
    location.hash = '#/conversations/turns#t58'
  })
  await expect.poll(() => page.locator('#entry-58:focus').count(), LONG).toBe(1)
})

test('a worker that is silent for long looks stalled, in its lane and in its thread', async () => {
  const { baton } = dashboard
  await baton.send('silent', `@hang\n${block('date')}`)
  await baton.until('silent', (all) =>
    commandsOf(all, 'SPAWN_WORKER').some(({ status }) => status === 'done'),
  )
  const { page } = await dashboard.visit('#/now')
  const lane = page.getByRole('listitem').filter({ hasText: 'silent' })
  await lane.getByText('working', { exact: true }).waitFor(LONG)
  // Only the page's own clock goes on.
  await page.clock.setSystemTime(Date.now() + 10 * 60_000)
  await lane.getByText(/^silent for (9|1\d)\smin/).waitFor(LONG)
  await lane.getByText('end it there if it hangs').waitFor(LONG)
  await page.evaluate(() => {
    location.hash = '#/conversations/silent'
  })
  const card = page.locator('[data-worker=w1]')
  await card
    .locator('summary')
    .getByText(/^silent for/)
    .waitFor(LONG)
})
