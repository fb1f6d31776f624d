/** Budgets through the public door: a run stops cleanly at one, keeps its work, says so, and goes on when told to. */
import { afterEach, describe, expect, test } from 'vitest'
import type { Entry } from '../../lambdas/core/history.ts'
import {
  block,
  commandsOf,
  receipts,
  replies,
  said,
  type TestBaton,
  testBaton,
} from '../support/baton.ts'

let baton: TestBaton
afterEach(() => baton.close())

const start = async (budgets: object, variables = {}) => {
  baton = await testBaton({
    cli: 'real',
    variables: { BUDGETS: JSON.stringify(budgets), ...variables },
  })
  return baton
}

const pauses = (entries: readonly Entry[]) =>
  entries.filter(({ role, text }) => role === 'system' && text.startsWith('Paused.'))
const isPaused = (times: number) => (entries: readonly Entry[]) =>
  pauses(entries).length === times && entries.at(-1)?.receipt !== undefined
const isDone = (entries: readonly Entry[]) =>
  commandsOf(entries, 'KILL_WORKER').some(({ status }) => status === 'done') &&
  entries.at(-1)?.receipt !== undefined

const post = (route: string) => baton.request(route, { method: 'POST' })

describe('a run stops at what models may cost', () => {
  test('and a person who says "continue" gets the answer in the next', async () => {
    const { send, until } = await start({ run: { usd: 0.06 } })
    await send('main', block('echo made it'))
    // The turn itself passes the limit or the worker's first answer does: what it brings is kept.
    const paused = await until('main', isPaused(1))
    expect(pauses(paused)[0]?.text).toMatch(/budget of this run is used up: \$0\.\d+ of \$0\.0600/)
    expect(replies(paused).join()).not.toContain('made it')

    let entries = paused
    for (let i = 2; !isDone(entries) && i < 6; i++) {
      await send('main', 'continue')
      entries = await until('main', (all) => isDone(all) || isPaused(i)(all))
    }
    expect(replies(entries).at(-1)).toContain('made it')
    // Each run is held to the limit, but for the answers that were under way: here one at a time.
    for (const { costUsd } of receipts(entries)) expect(costUsd).toBeLessThan(0.06 + 0.07)
    const kept = said(entries).filter(({ role }) => role === 'worker')
    expect(kept.length).toBeGreaterThan(0)
  })

  test('of a session, which `continue` raises once for each pause', async () => {
    const { send, until } = await start({ session: { usd: 0.05 } })
    expect((await post('/api/sessions/main/continue')).status).toBe(404)
    await send('main', 'hello')
    await until('main', (all) => replies(all).length === 1)
    await send('main', 'hello again')
    await until('main', isPaused(1))

    await send('main', 'what about it?')
    const twice = await until('main', isPaused(2))
    expect(replies(twice)).toHaveLength(1)

    const answers = await Promise.all(
      Array.from({ length: 5 }, () => post('/api/sessions/main/continue')),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses).toContain(202)
    expect(statuses.filter((status) => status !== 202 && status !== 409)).toEqual([])
    const after = await until('main', (all) => replies(all).length === 2)
    // One turn answers what was held, in order, and the five requests are one message.
    const covered = JSON.stringify(baton.model?.requests.at(-1)?.request.messages)
    expect(covered).toMatch(/hello again[\s\S]*what about it\?[\s\S]*continue/)
    expect(after.filter(({ text }) => text === 'continue')).toHaveLength(1)
    expect((await post('/api/sessions/main/continue')).status).toBe(409)
  })
})

test('a budget in the middle of a turn is refused at the gateway, and the turn is asked again later', async () => {
  const { send, until } = await start({ run: { usd: 0.0001 } })
  // Its first request is let through, as nothing is spent yet; without structured output a second one is needed.
  baton.model?.faults.push({ answer: [{ type: 'text', text: 'no structure' }] })
  await send('main', 'hello')
  const entries = await until('main', isPaused(1))
  expect(replies(entries)).toEqual([])
  expect(baton.model?.requests).toHaveLength(1)
  await send('main', 'continue')
  expect(replies(await until('main', (all) => replies(all).length === 1))).toHaveLength(1)
})

test('the turns of a run are limited', async () => {
  const { send, until } = await start({ run: { turns: 1 } })
  await send('main', block('echo made it'))
  const paused = await until('main', isPaused(1))
  expect(pauses(paused)[0]?.text).toContain('1 turn of 1 turn spent')
  expect(receipts(paused)).toMatchObject([{ turns: 1, workers: 1 }])
  await send('main', 'continue')
  const entries = await until('main', isDone)
  expect(replies(entries).at(-1)).toContain('made it')
})

test('the workers of a run are limited, and those within the limit do their work', async () => {
  const { send, until } = await start({ run: { workers: 2 } })
  await send('main', [1, 2, 3].map((n) => block(`echo made ${n}`)).join('\n'))
  const paused = await until('main', isPaused(1))
  expect(commandsOf(paused, 'SPAWN_WORKER').map(({ status }) => status)).toEqual([
    'done',
    'done',
    'refused',
  ])
  expect(paused.filter(({ role }) => role === 'worker')).toHaveLength(2)
  await send('main', 'continue')
  const entries = await until('main', (all) => commandsOf(all, 'KILL_WORKER').length === 2)
  const said = replies(entries).join('\n')
  for (const result of ['made 1', 'made 2', 'SPAWN_WORKER was not done'])
    expect(said).toContain(result)
})

test('a worker that hangs is ended by the minutes that its run may take', async () => {
  const { send, until } = await start({ run: { minutes: 0.5 } })
  await send('main', `@hang\n${block('echo never')}`)
  const paused = await until('main', isPaused(1), 90)
  expect(paused.find(({ role }) => role === 'worker')?.text).toMatch(/^timeout/)
  expect(pauses(paused)[0]?.text).toContain('minutes of sandboxes')
})

test('a reply says what its run has spent so far, where that is wanted', async () => {
  const { send, until } = await start({}, { RECEIPT_IN_REPLY: 'true' })
  await send('main', 'hello')
  const [reply] = replies(await until('main', (all) => replies(all).length === 1))
  expect(reply).toMatch(/\(So far: 1 turn, [\d,]+ tokens, \$0\.\d{4}, \d+ s of sandboxes\.\)$/)
})

test('a day is limited for all sessions together', async () => {
  const { send, until } = await start({ day: { turns: 2 } })
  for (const session of ['a', 'b']) {
    await send(session, 'hello')
    await until(session, (all) => replies(all).length === 1)
  }
  await send('c', 'hello')
  const paused = await until('c', isPaused(1))
  expect(pauses(paused)[0]?.text).toContain('of everybody for today')
  expect((await post('/api/sessions/c/continue')).status).toBe(202)
  expect(replies(await until('c', (all) => replies(all).length === 1))).toHaveLength(1)
})
