import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Entry } from '../../lambdas/core/history.ts'
import { block, commandsOf, replies, type TestBaton, testBaton } from '../support/baton.ts'
import { type Crash, crashes } from '../support/crashes.ts'
import { few } from '../support/few.ts'
import { redeliverSoon } from '../support/queues.ts'

/** All of them take half an hour: every run takes a fixed spread, `BATON_ALL_POINTS=1` takes all. */
const ALL = process.env.BATON_ALL_POINTS === '1'
const SPREAD = 8
const AT_ONCE = 5

const { intercept, plan, effects, crashed } = crashes()
let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ intercept })
  await redeliverSoon(baton, 'Baton/Intake/Queue')
})
afterAll(() => baton.close())

/** Two messages, two workers of which one fails once, both accepted; then the session is deleted. */
async function converse(session: string): Promise<readonly Entry[]> {
  await persist(() => say(session, 'first', block(`echo one-${session}`)))
  await persist(() => say(session, 'second', `@fail-once\n${block(`echo two-${session}`)}`))
  await expect.poll(() => isOver(session), { timeout: 150_000, interval: 700 }).toBe(true)
  const entries = await baton.history(session)
  await persist(() => baton.request(`/api/sessions/${session}`, { method: 'DELETE' }))
  return entries
}

const say = (sessionId: string, key: string, content: string) =>
  baton.request('/api/webhooks/conductor/message', {
    method: 'POST',
    headers: { 'idempotency-key': key },
    body: JSON.stringify({ sessionId, content }),
  })

/** As a client does whose request was answered with an error of ours. */
async function persist(ask: () => Promise<Response>): Promise<void> {
  let response = await ask()
  for (let i = 0; response.status >= 500 && i < 5; i++) response = await ask()
  expect(response.ok).toBe(true)
}

/** Both workers have their verdict, the run is closed and its conductor rests. */
async function isOver(session: string): Promise<boolean> {
  const running = baton.e2b
    .sandboxes()
    .some(({ state, metadata }) => state === 'running' && metadata.session === session)
  if (running) return false
  const entries = await baton.history(session)
  const done = entries.flatMap(({ commands = [] }) => commands.map(({ status }) => status))
  return (
    commandsOf(entries, 'KILL_WORKER').length === 2 && done.every((status) => status === 'done')
  )
}

function expectTheSameEnd(session: string, entries: readonly Entry[]): void {
  const by = (role: Entry['role']) => entries.filter((entry) => entry.role === role)
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1))
  expect(by('user').map(({ text }) => text.match(/one|two/)?.[0])).toEqual(['one', 'two'])
  expect(commandsOf(entries, 'SPAWN_WORKER').map(({ workerId }) => workerId)).toEqual(['w1', 'w2'])
  expect(commandsOf(entries, 'MESSAGE_WORKER')).toMatchObject([{ workerId: 'w2' }])
  expect(
    by('worker')
      .map(({ text }) => text.match(/exit status \d|^lost.*/)?.[0])
      .sort(),
  ).toEqual(['exit status 0', 'exit status 0', 'exit status 1'])
  const verdicts = commandsOf(entries, 'KILL_WORKER').map((kill) => [kill.workerId, kill.accepted])
  expect(verdicts.sort()).toEqual([
    ['w1', true],
    ['w2', true],
  ])
  for (const result of [`one-${session}`, `two-${session}`])
    expect(replies(entries).filter((reply) => reply.includes(result))).toHaveLength(1)
}

/** Sorted by what they are, so that a spread has something of everything. */
const pointsOf = (reference: readonly string[]): Crash[] =>
  [...reference].sort().flatMap((effect) => [
    { effect, when: 'before' as const },
    { effect, when: 'after' as const },
  ])

const spread = (points: readonly Crash[]) =>
  Array.from({ length: SPREAD }, (_, i) => points[Math.floor((i * points.length) / SPREAD)]).filter(
    (point) => point !== undefined,
  )

test(`a crash before or after ${ALL ? 'any' : `one of ${SPREAD}`} of its effects leads every conversation to the same end`, async () => {
  plan('undisturbed')
  expectTheSameEnd('undisturbed', await converse('undisturbed'))
  const all = pointsOf(effects('undisturbed'))
  const points = ALL ? all : spread(all)
  const failures: string[] = []
  let missed = 0
  await few(points, AT_ONCE, async (point, i) => {
    const session = `point-${String(i).padStart(3, '0')}`
    plan(session, point)
    try {
      expectTheSameEnd(session, await converse(session))
    } catch (error) {
      const history = JSON.stringify(await baton.history(session))
      failures.push(`${session}: ${point.when} ${point.effect}: ${error}\n${history}`)
    }
    if (!crashed(session)) missed++
  })
  console.log(`${points.length} of ${all.length} points, ${missed} not met`)
  expect(failures).toEqual([])
  // Heartbeats come by time, so a few points of the undisturbed conversation may not come again.
  expect(missed).toBeLessThan(points.length / 10)
  const { created, ended } = baton.e2b.counters()
  expect(created - ended).toBe(0)
}, 3_600_000)
