/** Every view: without a violation of the rules of accessibility, and doing what it offers. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signLink } from '../../src/core/session-link.ts'
import { textsTo } from '../support/people.ts'
import { secretOf } from '../support/secrets.ts'
import { type Dashboard, startDashboard } from './support/dashboard.ts'
import { writeSampleData } from './support/sample-data.ts'
import { ASKING, openView, SAMPLE, SIZES, THEMES, VIEWS } from './support/views.ts'

const LONG = { timeout: 60_000 }
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let dashboard: Dashboard
beforeAll(async () => {
  dashboard = await startDashboard({
    people: ['+15550100', '+15550101'],
    variables: { BUDGETS: JSON.stringify({ run: { usd: 10 }, day: { usd: 100 } }) },
  })
  const { baton } = dashboard
  await writeSampleData(baton)
  await baton.send(SAMPLE, 'Create a test file at /tmp/test.txt with the text Hello World')
  await baton.send(ASKING, '@ask Shall it be **blue** or green? | blue, green | blue')
  await writeSms('+15550177', 'Hello, may I?')
  for (const session of [SAMPLE, ASKING])
    await baton.until(session, (all) => all.at(-1)?.receipt !== undefined)
}, 180_000)
afterAll(() => dashboard.close())

function writeSms(from: string, text: string) {
  const { url, token } = dashboard.baton
  const headers = { authorization: `Bearer ${token}` }
  return fetch(`${url}/local/sms`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ from, text }),
  })
}

const combinations = Object.entries(SIZES).flatMap(([size, { width }]) =>
  THEMES.map((theme) => ({ size, theme, width })),
)

test.each(combinations)('no view has a violation, $theme on a $size', async ({ theme, width }) => {
  const { page, troubles } = await dashboard.visit('#/conversations', { width, theme })
  for (const [name, view] of Object.entries(VIEWS)) {
    await openView(page, dashboard.baton.url, view)
    await page.evaluate(axe)
    const results = (await page.evaluate('axe.run()')) as AxeResults
    const found = results.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])
    expect(found, name).toEqual([])
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(sideways, name).toBeLessThanOrEqual(0)
  }
  expect(troubles).toEqual([])
})

test('on a phone, everything that a finger hits is at least 44 pixels high', async () => {
  const { page } = await dashboard.visit('#/conversations', { width: 360 })
  for (const [name, view] of Object.entries(VIEWS)) {
    await openView(page, dashboard.baton.url, view)
    const small = await page.evaluate(() =>
      [
        ...document.querySelectorAll(
          'button:not(.link), .button, .session, .nav a, input, select, textarea',
        ),
      ]
        .filter((element) => {
          const { width, height } = element.getBoundingClientRect()
          return width > 0 && height < 44
        })
        .map((element) => element.outerHTML.slice(0, 100)),
    )
    expect(small, name).toEqual([])
  }
})

test('a question is answered in place', async () => {
  const { baton } = dashboard
  const { page } = await dashboard.visit('#/')
  const question = page.getByRole('article', { name: `Question ${ASKING}.q1` })
  await question.getByRole('button', { name: 'green' }).click(LONG)
  await question.waitFor({ state: 'detached', ...LONG })
  await baton.until(ASKING, (all) => all.some(({ answer }) => answer?.choice === 'green'))
})

test('a message is read before it is approved, in place', async () => {
  const { baton } = dashboard
  const commands = [{ type: 'SEND_SMS', to: '+15550101', message: 'The import is fixed.' }]
  const input = { reply: 'I will ask.', commands }
  baton.model?.faults.push({
    about: 'tell Bob',
    answer: [{ type: 'tool_use', name: 'StructuredOutput', input }],
  })
  await baton.send('approving', 'please tell Bob')
  await baton.until('approving', (all) => all.some(({ question }) => question !== undefined))
  const { page } = await dashboard.visit('#/')
  const question = page.getByRole('article', { name: 'Waits for your approval approving.q1' })
  await question.getByText('The import is fixed.').waitFor(LONG)
  await question.getByRole('button', { name: 'yes' }).click()
  await question.waitFor({ state: 'detached', ...LONG })
  await expect.poll(() => textsTo(baton, '+15550101'), LONG).toHaveLength(1)
})

test('a budget pause is continued in place', async () => {
  const { page } = await dashboard.visit('#/')
  const paused = page.getByRole('article', { name: /^Paused: Draft the release notes/ })
  await paused.getByRole('button', { name: 'Continue with as much again' }).click(LONG)
  await paused.waitFor({ state: 'detached', ...LONG })
})

test('a message that did not arrive waits until it is put away', async () => {
  const { baton } = dashboard
  const listed = async () => {
    const response = await baton.request('/api/undelivered')
    return ((await response.json()) as { undelivered: readonly unknown[] }).undelivered
  }
  baton.twilio.progress.splice(0, 3, 'queued', 'sent', 'undelivered')
  await writeSms('+15550100', 'hello')
  await expect.poll(listed, LONG).toHaveLength(1)
  const { page } = await dashboard.visit('#/')
  const card = page.getByRole('article', { name: 'Not delivered to +15550100' })
  await card.getByRole('button', { name: 'Put away' }).click(LONG)
  await card.waitFor({ state: 'detached', ...LONG })
  expect(await listed()).toEqual([])
})

test('usage is shown by person, next to the budgets', async () => {
  const { page } = await dashboard.visit('#/usage')
  const people = page.getByRole('region', { name: 'By person' })
  await people.getByRole('row').filter({ hasText: 'http' }).waitFor(LONG)
  const day = page.getByRole('region', { name: 'Budgets' }).getByRole('listitem')
  expect(await day.filter({ hasText: 'All together, a day' }).textContent()).toMatch(
    /\$\d.* of \$100\.00/,
  )
})

test('a signed link shows one conversation until it expires, and nothing else', async () => {
  const { baton, browser } = dashboard
  const operator = await dashboard.visit(`#/conversations/${SAMPLE}`)
  await operator.page.getByRole('button', { name: 'Share …' }).click(LONG)
  await operator.page.getByRole('button', { name: 'For one hour' }).click(LONG)
  const url = await operator.page.getByRole('textbox', { name: 'Link' }).inputValue(LONG)
  const { page, troubles } = await browser.open(url)
  await page.getByText('You may read this conversation until').waitFor(LONG)
  await page.getByRole('article', { name: /^Receipt of run 1/ }).waitFor(LONG)
  expect(page.url()).not.toContain('link')
  expect(await page.getByRole('textbox').count()).toBe(0)
  expect(await page.getByRole('navigation').count()).toBe(0)
  await page.evaluate(axe)
  expect(((await page.evaluate('axe.run()')) as AxeResults).violations).toEqual([])
  expect(troubles).toEqual([])

  const response = await baton.request(`/api/sessions/${SAMPLE}`)
  const { createdAt } = (await response.json()) as { createdAt: string }
  const key = await secretOf(baton.aws, 'Baton/link-key')
  const expires = Math.floor(Date.now() / 1000) - 1
  const expired = signLink({ session: SAMPLE, createdAt, expires }, key)
  const late = await browser.open(`${baton.url}/#link=${expired}`)
  await late.page.getByRole('alert').getByText('This link has expired').waitFor(LONG)
})

test('a person who tried to write is allowed with one click', async () => {
  const { page } = await dashboard.visit('#/people')
  const unknown = page.getByRole('listitem').filter({ hasText: '+15550177' })
  await unknown.getByRole('button', { name: 'Allow' }).click(LONG)
  await unknown.getByRole('button', { name: 'Remove …' }).waitFor(LONG)
  const response = await dashboard.baton.request('/api/people')
  expect(await response.json()).toMatchObject({ people: [{ address: '+15550177' }] })
})

test('a verdict stands in the thread, criterion by criterion with its evidence', async () => {
  const { page } = await dashboard.visit('#/conversations/old-0')
  const verdict = page.getByRole('region', { name: 'Verdict on w1' })
  await verdict.getByText('1 of 2 met').waitFor(LONG)
  const [met, open] = await verdict.getByRole('listitem').allTextContents()
  expect(met).toMatch(/C1 met .*npm run import.*exit status 0.*connections: 10/)
  expect(open).toMatch(/C2 unverifiable/)
})

test('each chart has its table', async () => {
  const { page } = await dashboard.visit('#/usage')
  const chart = page.getByRole('region', { name: /^Messages/ }).first()
  await chart.locator('summary').click(LONG)
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
  const row = chart.getByRole('row').filter({ hasText: yesterday })
  expect(await row.getByRole('cell').allTextContents()).toEqual([
    yesterday,
    expect.stringMatching(/^\d+$/),
    expect.stringMatching(/^\d+$/),
    expect.stringMatching(/^\d+$/),
  ])
})
