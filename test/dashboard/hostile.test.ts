/** Text that a person, the model or a worker wrote is shown as text, whatever it contains. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fill, storedSession } from '../support/many-sessions.ts'
import { type Dashboard, startDashboard } from './support/dashboard.ts'

let dashboard: Dashboard
beforeAll(async () => {
  dashboard = await startDashboard()
})
afterAll(() => dashboard.close())

const LONG = { timeout: 60_000 }

const IMAGE = '<img src=x onerror=alert(1)>'
const HOSTILE = [
  IMAGE,
  '<script>alert(1)</script><iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '[link](javascript:alert(1)) [data](data:text/html,<script>alert(1)</script>) ![](https://example.com/x.png)',
  '\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J\x00\x07',
  'invoice\u202Efdp.exe \u2066isolated\u2069',
  'half \ud800 a pair',
  '**bold** `code` <b>not bold</b> &lt;entity&gt;',
  'x'.repeat(1_000_000),
] as const

/** An entry as a function stores it: half a surrogate pair is escaped in JSON. */
const entries = HOSTILE.flatMap((text, i) =>
  (['user', 'conductor', 'worker', 'system'] as const).map((role, j) => ({
    seq: 4 * i + j + 1,
    at: new Date().toISOString(),
    role,
    text,
    ...(role === 'user' && { subject: text.slice(0, 100), sender: `${IMAGE}@example.com` }),
    ...(role === 'worker' && { workerId: 'w1' }),
    ...(role === 'conductor' && {
      commands: [
        {
          id: `t${i}.0`,
          type: 'SPAWN_WORKER',
          status: 'failed',
          outcome: text.slice(0, 9000),
          task: text.slice(0, 9000),
          criteria: [IMAGE],
        },
      ],
    }),
  })),
)

test('it is harmless in a list, in a thread, and opened', async () => {
  const { baton } = dashboard
  await fill(baton, 'Sessions', [{ ...storedSession(0, entries.length), sender: IMAGE }])
  const stored = entries.map((entry) => ({
    sessionId: 'old-0',
    seq: entry.seq,
    // An item holds up to 400 KB; the page truncates far earlier.
    document: JSON.stringify({ ...entry, text: entry.text.slice(0, 200_000) }),
  }))
  await fill(baton, 'Conversations', stored)

  const { page, troubles } = await dashboard.visit('#/conversations')
  await page.getByRole('link', { name: IMAGE }).first().click(LONG)
  await page.locator(`#entry-${entries.length}`).waitFor(LONG)
  const scroller = page.locator('.scroller')
  await scroller.evaluate((box) => {
    box.scrollTop = 0
  })
  await page.locator('#entry-1').waitFor(LONG)
  for (const summary of await page.locator('.command summary').all()) await summary.click()
  await page.locator('.markdown strong', { hasText: 'bold' }).first().waitFor(LONG)

  expect(await page.locator('.entry :is(img, script, iframe, b b, [onerror])').count()).toBe(0)
  const targets = await page
    .locator('.entry a')
    .evaluateAll((links) => links.map((a) => a.getAttribute('href')))
  expect(targets.filter((href) => /^(?:javascript|data):/i.test(href ?? ''))).toEqual([])
  const shown = (await page.locator('.entries').textContent()) ?? ''
  expect(shown).toContain(IMAGE)
  expect(shown).toContain('<b>not bold</b>')
  expect(shown).toContain('invoice⟨U+202E⟩fdp.exe')
  expect(shown).toContain('half \ufffd a pair')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(shown).not.toMatch(/[\x00-\x08\x1b\u202a-\u202e\u2066-\u2069]/)
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(sideways).toBeLessThanOrEqual(0)
  expect(troubles).toEqual([])
})

test('all of a very long line is shown on demand, without making the page wider', async () => {
  const { page, troubles } = await dashboard.visit('#/conversations/old-0')
  const last = page.locator(`#entry-${entries.length - 3}`)
  await last.waitFor(LONG)
  await last.getByRole('button', { name: /Show all/ }).click()
  await expect.poll(async () => ((await last.textContent()) ?? '').length).toBeGreaterThan(200_000)
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(sideways).toBeLessThanOrEqual(0)
  await last.getByRole('button', { name: 'Show less' }).click()
  expect(troubles).toEqual([])
})

test('the policy forbids what the page itself never does', async () => {
  const { page, troubles } = await dashboard.visit('#/conversations')
  await page.evaluate(() => {
    const script = document.createElement('img')
    script.src = 'https://example.com/x.png'
    document.body.append(script)
  })
  await expect.poll(() => troubles.length).toBeGreaterThan(0)
})
