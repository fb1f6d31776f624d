/** Budgets through the public API: a run pauses at its budget, keeps its work, says so, and continues on request. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Entry } from '../../src/core/history.ts'
import {
  block,
  commandsOf,
  endingsOf,
  receipts,
  replies,
  type TestBaton,
  testBaton,
} from '../support/baton.ts'
import { PATIENT } from '../support/patience.ts'
import { raisesOf } from '../support/usage.ts'

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton()
})
afterAll(() => baton.close())

/** Changes the budgets of the deployment from now on. */
const start = (budgets: object, variables = {}) => {
  baton.aws.configure({
    BUDGETS: JSON.stringify(budgets),
    RECEIPT_IN_REPLY: 'false',
    ...variables,
  })
  return baton
}

/** The cost of a turn in dollars, which depends on how much the CLI sends along. */
async function costOfTurn(): Promise<number> {
  const { send, until } = start({})
  const session = `priced-${randomUUID()}`
  await send(session, 'hello')
  const [receipt] = receipts(await until(session, (all) => receipts(all).length > 0))
  expect(receipt?.costUsd).toBeGreaterThan(0)
  // Its last writes must not make it the latest session.
  await baton.request(`/api/sessions/${session}`, { method: 'DELETE' })
  return receipt?.costUsd ?? 0
}

/** An answer of the least length that is worth its prompt, in dollars. */
const LEAST_ANSWER = 0.02
/** A budget that one turn fits into, and a second one does not. */
const forOneTurn = async () => LEAST_ANSWER + 1.3 * (await costOfTurn())

const pauses = (entries: readonly Entry[]) =>
  entries.filter(({ role, text }) => role === 'system' && text.startsWith('Paused.'))
const isPaused = (times: number) => (entries: readonly Entry[]) =>
  pauses(entries).length === times && entries.at(-1)?.receipt !== undefined
const isDone = (entries: readonly Entry[]) =>
  endingsOf(entries).some(({ status }) => status === 'done') &&
  entries.at(-1)?.receipt !== undefined

const post = (route: string) => baton.request(route, { method: 'POST' })

/** First, so that it is all of today's usage. */
test('a day has one limit for all sessions together', async () => {
  const { send, until } = start({ day: { turns: 2 } })
  for (const session of ['a', 'b']) {
    await send(session, 'hello')
    await until(session, (all) => replies(all).length === 1)
  }
  await send('c', 'hello')
  const paused = await until('c', isPaused(1))
  expect(pauses(paused)[0]?.text).toContain('of all senders for today')
  expect((await post('/api/sessions/c/continue')).status).toBe(202)
  expect(replies(await until('c', (all) => replies(all).length === 1))).toHaveLength(1)
})

describe('a run stops at its limit for model costs', () => {
  test('and a person who says "continue" gets the reply in the next', async () => {
    const turn = await costOfTurn()
    const usd = 1.2 * turn
    const { send, until } = start({ run: { usd } })
    await send('dollars', block('echo made it'))
    // Either the turn itself exceeds the limit or the worker's first request; its result is kept.
    const paused = await until('dollars', isPaused(1))
    const text = pauses(paused)[0]?.text
    expect(text).toMatch(/budget of this run is (used up|too small): \$0\.\d+ of \$0\.\d+/)
    expect(text).toContain(` of $${usd.toFixed(4)}`)
    expect(replies(paused).join()).not.toContain('made it')

    let entries = paused
    for (let i = 2; !isDone(entries) && i < 6; i++) {
      await send('dollars', 'continue')
      entries = await until('dollars', (all) => isDone(all) || isPaused(i)(all))
    }
    expect(replies(entries).at(-1)).toContain('made it')
    // What does not fit is added by each `continue`, and no run costs more than it may.
    expect(receipts(entries).length).toBeGreaterThan(1)
    for (const [i, { costUsd }] of receipts(entries).entries())
      expect(costUsd).toBeLessThanOrEqual(usd * (1 + raisesOf(pauses(entries)[i - 1]?.text)))
    const kept = entries.filter(({ role }) => role === 'worker')
    expect(kept.length).toBeGreaterThan(0)
  })

  test('a session has a limit, which `continue` raises once for each pause', async () => {
    const { send, until } = start({ session: { usd: await forOneTurn() } })
    expect((await post('/api/sessions/session/continue')).status).toBe(404)
    await send('session', 'hello')
    await until('session', (all) => replies(all).length === 1)
    await send('session', 'hello again')
    await until('session', isPaused(1))

    await send('session', 'what about it?')
    const twice = await until('session', isPaused(2))
    expect(replies(twice)).toHaveLength(1)

    const answers = await Promise.all(
      Array.from({ length: 5 }, () => post('/api/sessions/session/continue')),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses).toContain(202)
    expect(statuses.filter((status) => status !== 202 && status !== 409)).toEqual([])
    const after = await until('session', (all) => replies(all).length === 2)
    // One turn answers what was held, in order; the five requests are one message.
    const covered = JSON.stringify(baton.model?.requests.at(-1)?.request.messages)
    expect(covered).toMatch(/hello again[\s\S]*what about it\?/)
    expect(covered).not.toContain('continue')
    expect(after.filter(({ text }) => text === '/continue')).toHaveLength(1)
    expect((await post('/api/sessions/session/continue')).status).toBe(409)
  })
})

test('a turn that exceeds its budget is refused at the gateway, and asked again later', async () => {
  const { send, until } = start({ run: { usd: await forOneTurn() } })
  const before = baton.model?.requests.length ?? 0
  // Without structured output it needs a second request.
  baton.model?.faults.push({ answer: [{ type: 'text', text: 'no structure' }] })
  await send('middle', 'hello')
  const entries = await until('middle', isPaused(1))
  expect(replies(entries)).toEqual([])
  expect(baton.model?.requests).toHaveLength(before + 1)
  await send('middle', 'continue')
  expect(replies(await until('middle', (all) => replies(all).length === 1))).toHaveLength(1)
})

test('a budget that is too small for an answer costs nothing, and can be raised until one fits', async () => {
  const { send, until } = start({ run: { usd: 0.001 } })
  const before = baton.model?.requests.length ?? 0
  await send('small', 'hello')
  const paused = await until('small', isPaused(1))
  expect(pauses(paused)[0]?.text).toMatch(
    /\$0\.0000 of \$0\.0010 spent, and the next answer of the model may cost up to \$0\.0\d+\..*To add the same amount \d+ times/,
  )
  expect(baton.model?.requests).toHaveLength(before)
  const session = await (await baton.request('/api/sessions/small')).json()
  expect(session).toMatchObject({ state: 'paused', paused: expect.stringContaining('too small') })
  expect(await (await baton.request('/api/monitoring/status')).json()).toMatchObject({
    status: 'degraded',
    conductor: { sessionId: 'small' },
  })
  await send('small', 'continue')
  expect(replies(await until('small', (all) => replies(all).length === 1))).toHaveLength(1)
})

test("a worker's report says that a budget stopped it, not that its key is wrong", async () => {
  const { send, until } = start({ run: { usd: await forOneTurn() } })
  await send('report', block('echo made it'))
  const [report] = (await until('report', isPaused(1))).filter(({ role }) => role === 'worker')
  expect(report?.text).toMatch(/^failed: The budget of this run is used up: .* files are kept/)
  expect(report?.text).not.toMatch(/authenticate|API Error|40\d/)
})

test('the turns of a run are limited', async () => {
  const { send, until } = start({ run: { turns: 1 } })
  await send('turns', block('echo made it'))
  const paused = await until('turns', isPaused(1))
  expect(pauses(paused)[0]?.text).toContain('1 turn of 1 turn spent')
  expect(receipts(paused)).toMatchObject([{ turns: 1, workers: 1 }])
  await send('turns', 'continue')
  const entries = await until('turns', isDone)
  expect(replies(entries).at(-1)).toContain('made it')
})

test('work is shown at a budget, and may be accepted as it is', async () => {
  const { send, until } = start({ run: { turns: 1 } })
  await send('as-it-is', block('echo made it'))
  const paused = await until('as-it-is', isPaused(1))
  expect(pauses(paused)[0]?.text).toMatch(
    /reply "accept as it is"[\s\S]*\n\nw1 has reported\.[\s\S]*\n- C1 not judged: The command ends/,
  )
  await send('as-it-is', 'Accept as it is.')
  const path = '/api/sessions/as-it-is/workers/w1'
  const worker = async () => (await baton.request(path)).json()
  await expect.poll(worker, PATIENT).toMatchObject({
    status: 'accepted',
    reason: 'accepted as it is by the person',
  })
  const session = await (await baton.request('/api/sessions/as-it-is')).json()
  expect(session).toMatchObject({ state: 'paused' })
})

test('the workers of a run are limited, and those within the limit do their work', async () => {
  const { send, until } = start({ run: { workers: 2 } })
  await send('workers', [1, 2, 3].map((n) => block(`echo made ${n}`)).join('\n'))
  const paused = await until('workers', isPaused(1))
  expect(commandsOf(paused, 'SPAWN_WORKER').map(({ status }) => status)).toEqual([
    'done',
    'done',
    'refused',
  ])
  expect(paused.filter(({ role }) => role === 'worker')).toHaveLength(2)
  await send('workers', 'continue')
  const entries = await until('workers', (all) => endingsOf(all).length === 2)
  const said = replies(entries).join('\n')
  for (const result of ['made 1', 'made 2', 'SPAWN_WORKER was not executed'])
    expect(said).toContain(result)
})

test("a worker that hangs is stopped when the run's minutes are used up", async () => {
  const { send, until } = start({ run: { minutes: 0.5 } })
  await send('minutes', `@hang\n${block('echo never')}`)
  const paused = await until('minutes', isPaused(1), 90)
  expect(paused.find(({ role }) => role === 'worker')?.text).toMatch(/^timeout/)
  expect(pauses(paused)[0]?.text).toContain('minutes of sandbox time')
})

test('a reply ends with the costs of its run, if configured', async () => {
  const { send, until } = start({}, { RECEIPT_IN_REPLY: 'true' })
  await send('receipt', 'hello')
  const [reply] = replies(await until('receipt', (all) => replies(all).length === 1))
  expect(reply).toMatch(/\(So far: 1 turn, [\d,]+ tokens, \$0\.\d{4}, \d+ s of sandbox time\.\)$/)
})
