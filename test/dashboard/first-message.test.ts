/** The sample message in a real browser: sent, followed and read without a reload. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, commandsOf } from '../support/baton.ts'
import { holdAnswer } from '../support/held-answer.ts'
import { type Dashboard, startDashboard } from './support/dashboard.ts'

let dashboard: Dashboard
beforeAll(async () => {
  dashboard = await startDashboard()
})
afterAll(() => dashboard.close())

const isDone = ({ status }: { status: string }) => status === 'done'
const SAMPLE = 'Create a test file at /tmp/test.txt with the text Hello World'
const LONG = { timeout: 90_000 }

test('a message is followed from the field to the receipt', async () => {
  const { page, troubles } = await dashboard.visit('#/new')
  expect(page.url()).not.toContain('token')
  await page.getByRole('textbox', { name: 'Message to the conductor' }).fill(SAMPLE)
  await page.keyboard.press('Enter')
  await page.getByText(SAMPLE).first().waitFor(LONG)
  const command = page.getByRole('article', { name: 'Command t1.0' })
  await command.waitFor(LONG)
  await page.getByRole('article', { name: /^Report of w1/ }).waitFor(LONG)
  await page.getByRole('article', { name: /^Receipt of run 1/ }).waitFor(LONG)
  const worker = command.locator('[data-worker=w1]')
  if ((await worker.getAttribute('open')) === null) await worker.locator('summary').click()
  await worker.locator('.tool', { hasText: 'Bash' }).waitFor(LONG)
  const replies = page.getByRole('article', { name: /^Conductor/ })
  expect(await replies.last().textContent()).toContain('Hello World')
  const verdict = page.getByRole('region', { name: 'Verdict on w1' })
  await verdict.getByText('accept', { exact: true }).waitFor(LONG)
  expect(await verdict.textContent()).toContain('2 of 2 met')
  expect(await verdict.getByRole('listitem').first().textContent()).toMatch(
    /C1 met .*exit status 0/,
  )
  // Shown once, and no longer as on its way.
  expect(await page.locator('.entry.user').count()).toBe(1)
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(SAMPLE)

  await page.getByRole('link', { name: 'Conversations', exact: true }).click()
  await page.getByRole('link', { name: SAMPLE }).waitFor(LONG)
  expect(troubles).toEqual([])
})

test('a tool call of a worker is shown while the worker is at work', async () => {
  const { baton } = dashboard
  // Only the output contains these words, so that the worker is held after it has used a tool.
  const atWork = holdAnswer(baton.model, 'at-work')
  await baton.send('held', block("printf '%s-%s' at work"))
  const { page } = await dashboard.visit('#/conversations/held')
  await atWork.asked
  const worker = page.locator('[data-worker=w1]')
  await worker.locator('.tool', { hasText: 'Bash' }).waitFor(LONG)
  expect(await worker.locator('summary .state').textContent()).toBe('working')
  await page.getByRole('status').getByText('w1 is at work').waitFor(LONG)
  atWork.release()
  await worker.locator('summary .state', { hasText: 'accepted' }).waitFor(LONG)
  // It does not fold by itself.
  expect(await worker.locator('.tool').count()).toBe(1)
})

test('files are shown, and can be downloaded', async () => {
  const { page, troubles } = await dashboard.visit('#/new')
  const script =
    "mkdir artifacts; printf '# Title\\n\\n**bold** words' > artifacts/read.md; printf 'one\\ntwo\\n' > artifacts/lines.txt"
  await page.getByRole('textbox').fill(block(script))
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('article', { name: /^Receipt of run 1/ }).waitFor(LONG)
  const worker = page.locator('[data-worker=w1]')
  if ((await worker.getAttribute('open')) === null) await worker.locator('summary').click()
  await worker.getByRole('button', { name: /read\.md/ }).click(LONG)
  const preview = page.getByRole('dialog', { name: 'read.md' })
  await preview.locator('strong', { hasText: 'bold' }).waitFor(LONG)
  const download = page.waitForEvent('download')
  await preview.getByRole('link', { name: 'Download' }).click()
  expect((await download).suggestedFilename()).toBe('read.md')
  await page.keyboard.press('Escape')
  await preview.waitFor({ state: 'detached' })

  await worker.getByRole('button', { name: /lines\.txt/ }).click(LONG)
  await page.getByRole('dialog').getByRole('link', { name: 'Line 2' }).click(LONG)
  await page.locator('.lines .marked', { hasText: 'two' }).waitFor(LONG)
  expect(page.url()).toMatch(/workers\/w1\/files\/lines\.txt#L2$/)
  expect(await page.getByRole('dialog').count()).toBe(1)
  expect(troubles).toEqual([])
})

test('everything is reached by keyboard', async () => {
  const { page } = await dashboard.visit('#/conversations')
  await page.locator('[data-item]').first().waitFor(LONG)
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  await page.keyboard.press('Enter')
  await page.locator('.entry').first().waitFor(LONG)
  await page.keyboard.press('m')
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA')
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  const keys = page.getByRole('dialog', { name: 'Keys' })
  await keys.waitFor()
  await page.keyboard.press('Escape')
  await keys.waitFor({ state: 'hidden' })
  // A dialog still takes this key until the page has heard that it is closed.
  const list = page.getByRole('heading', { name: 'Conversations' })
  await expect
    .poll(async () => {
      if (!(await list.isVisible())) await page.keyboard.press('Escape')
      return list.isVisible()
    }, LONG)
    .toBe(true)
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('conversation create test file')
  await page.getByRole('option', { name: SAMPLE }).waitFor(LONG)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: SAMPLE }).waitFor(LONG)
  await page.keyboard.press('h')
  await page.getByRole('heading', { name: 'Needs you' }).waitFor()
  await page.keyboard.press('/')
  // The view is loaded when it is first needed, and its field then takes the keys.
  await page.locator('input:focus').waitFor()
  await page.keyboard.type('nothing of the kind')
  await page.getByText('No conversation matches').waitFor()
  expect(page.url()).toContain('q=nothing')
})

test('what destroys asks once, and says what will be lost', async () => {
  const { baton } = dashboard
  await baton.send('gone', `@hang\n${block('date')}`)
  await baton.until('gone', (all) => commandsOf(all, 'SPAWN_WORKER').some(isDone))
  const { page } = await dashboard.visit('#/conversations/gone')
  const worker = page.locator('[data-worker=w1]')
  await worker.getByRole('textbox', { name: 'Tell w1 …' }).fill('You may stop.')
  await page.keyboard.press('Enter')
  await page.locator('.entry.user', { hasText: 'For w1: You may stop.' }).waitFor(LONG)

  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('end w1')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'End w1?' }).getByText('lost').waitFor()
  await page.getByRole('button', { name: 'End the worker' }).click()
  await worker.locator('summary .state', { hasText: 'ended' }).waitFor(LONG)
  await page.getByRole('button', { name: 'Delete …' }).click(LONG)
  await page.getByRole('button', { name: 'Cancel' }).click()
  expect((await baton.history('gone')).length).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'Delete …' }).click()
  await page.getByRole('button', { name: 'Delete for good' }).click()
  await page.getByRole('heading', { name: 'Conversations' }).waitFor(LONG)
  expect(await baton.history('gone')).toEqual([])
})

test('stopping names what will be lost, and keeps what was said', async () => {
  const { baton } = dashboard
  await baton.send('stopped', `@hang\n${block('date')}`)
  await baton.until('stopped', (all) => commandsOf(all, 'SPAWN_WORKER').some(isDone))
  const { page } = await dashboard.visit('#/conversations/stopped')
  await page.getByRole('button', { name: 'Stop …' }).click(LONG)
  const dialog = page.getByRole('dialog', { name: 'Stop this conversation?' })
  await dialog.getByText('1 worker (w1) will be ended').waitFor()
  await dialog.getByRole('button', { name: 'Stop' }).click()
  // It closes once everything has stopped.
  await dialog.waitFor({ state: 'detached', ...LONG })
  await page.locator('.head .state', { hasText: 'idle' }).waitFor(LONG)
  const response = await baton.request('/api/sessions/stopped/workers/w1')
  expect(await response.json()).toMatchObject({ status: 'ended' })
  await page.locator('.entry.user', { hasText: '@hang' }).waitFor(LONG)
})

test('a read-only token shows everything and offers nothing that it may not do', async () => {
  const { page } = await dashboard.visit('#/conversations', { token: 'test-read-token' })
  await page.getByText('read-only').waitFor(LONG)
  await page.locator('[data-item]').first().click(LONG)
  await page.locator('.entry').first().waitFor(LONG)
  for (const name of ['Send', 'Stop …', 'Delete …', 'New'])
    expect(await page.getByRole('button', { name }).count(), name).toBe(0)
  expect(await page.getByRole('textbox').count()).toBe(0)
})

test('a token that is not accepted leads back to the sign-in, with the reason', async () => {
  const { page } = await dashboard.visit('#/conversations', { token: 'wrong' })
  await page.getByRole('alert').getByText('not accepted').waitFor(LONG)
  await page.getByLabel('Bearer token').fill(dashboard.baton.token)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Conversations' }).waitFor(LONG)
})

test('a late answer to an earlier token does not sign out again', async () => {
  const { baton, browser } = dashboard
  const { page } = await browser.open(`${baton.url}/`)
  const isSignedIn = Promise.withResolvers<void>()
  let held = 0
  await page.route('**/api/access', async (route) => {
    if (held++ > 0) return route.continue()
    const response = await route.fetch()
    await isSignedIn.promise
    return route.fulfill({ response })
  })
  const late = page.waitForResponse(
    (response) => response.status() === 401 && /access/.test(response.url()),
  )
  await page.evaluate(() => {
    location.hash = '#token=wrong'
  })
  await page.getByRole('alert').getByText('not accepted').waitFor(LONG)
  await page.getByLabel('Bearer token').fill(baton.token)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Needs you' }).waitFor(LONG)
  isSignedIn.resolve()
  await (await late).finished()
  // What the answer changes would be drawn in the next frame.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))))
  expect(await page.getByLabel('Bearer token').count()).toBe(0)
  await page.getByRole('heading', { name: 'Needs you' }).waitFor(LONG)
})
