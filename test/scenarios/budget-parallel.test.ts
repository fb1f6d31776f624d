/** Requests at the same time never cost more than the budget: each reserves what it may cost before it is sent. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, receipts, replies, type TestBaton, testBaton } from '../support/baton.ts'
import { askFor, openGateway } from '../support/gateway.ts'
import { usageTable } from '../support/usage.ts'

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton()
})
afterAll(() => baton.close())

const start = (budgets: object) => {
  baton.aws.configure({ BUDGETS: JSON.stringify(budgets) })
  return baton
}

/** It costs about a dollar, and at most a third more. */
const MEGABYTE = { content: 'x'.repeat(1_000_000), maxTokens: 1_000, model: 'claude-opus-5-5' }

/** What all sessions have spent or reserved today, in dollars. */
async function usedToday(): Promise<number> {
  const { nanoUsd = 0, reservedNanoUsd = 0, releasedNanoUsd = 0 } = await usageTable(baton).day()
  return (nanoUsd + reservedNanoUsd - releasedNanoUsd) / 1e9
}
const spentToday = async () => ((await usageTable(baton).day()).nanoUsd ?? 0) / 1e9

/** The day goes first, because nothing is spent or reserved then. */
test.each([
  'day',
  'run',
  'session',
])('fifteen requests of a megabyte within the budget of a %s', async (scope) => {
  const usd = 3
  const session = `many-${scope}`
  // The first turn is left open, and so is what it has reserved.
  const way = await openGateway(start({ [scope]: { usd } }), session)
  const answers = await Promise.all(Array.from({ length: 15 }, () => askFor(way, MEGABYTE)))
  const bodies = await Promise.all(answers.map((answer) => answer.text()))
  const statuses = answers.map(({ status }) => status)
  expect(new Set(statuses)).toEqual(new Set([200, 402]))
  expect(bodies[statuses.indexOf(402)]).toContain('"type":"billing_error"')
  const { nanoUsd = 0 } = (await usageTable(baton).ledger(session)).total
  expect(nanoUsd).toBeGreaterThan(1.9e9)
  expect(nanoUsd).toBeLessThanOrEqual(3e9)
  await baton.request(`/api/sessions/${session}/stop`, { method: 'POST' })
})

/** Sessions over HTTP are those of one sender. What senders use is counted from the time when there is a budget for them. */
test.each(['day', 'sender'])('two sessions at once within the budget of a %s', async (scope) => {
  const sessions = [`one-${scope}`, `two-${scope}`]
  const ways: Awaited<ReturnType<typeof openGateway>>[] = []
  for (const session of sessions) ways.push(await openGateway(start({}), session))
  const before = scope === 'day' ? 0 : await spentToday()
  const usd = scope === 'day' ? 3 + (await usedToday()) : 3
  start({ [scope]: { usd } })
  const answers = await Promise.all(
    ways.flatMap((way) => Array.from({ length: 8 }, () => askFor(way, MEGABYTE))),
  )
  await Promise.all(answers.map((answer) => answer.text()))
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(1)
  expect((await spentToday()) - before).toBeLessThanOrEqual(usd)
  for (const session of sessions)
    await baton.request(`/api/sessions/${session}/stop`, { method: 'POST' })
})

test('four workers within the budget of their run', async () => {
  const usd = 0.2
  const { send, until } = start({ run: { usd } })
  const work = (n: number) => block(`for i in 1 2 3; do echo "result ${n}"; done`)
  await send('workers', [1, 2, 3, 4].map(work).join('\n'))
  const entries = await until('workers', (all) => all.at(-1)?.receipt !== undefined, 100)
  const text = replies(entries).join('\n')
  for (const n of [1, 2, 3, 4]) expect(text).toContain(`result ${n}`)
  for (const { costUsd } of receipts(entries)) expect(costUsd).toBeLessThanOrEqual(usd)
})
