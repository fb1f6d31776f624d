/** A function's process crashes before or after any one of its effects: every conversation ends in the same way. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Intercept } from '../../packages/local-aws/src/index.ts'
import type { Entry } from '../../src/core/history.ts'
import { block, commandsOf, replies, type TestBaton, testBaton } from '../support/baton.ts'
import { type Crash, crashes, type Effect } from '../support/crashes.ts'
import { claimsOf, stepOf } from '../support/function-calls.ts'
import { mapLimit } from '../support/map-limit.ts'
import { redeliverSoon } from '../support/queues.ts'
import { ALL, sampleOf } from '../support/sample.ts'

const SAMPLE = 16
const AT_ONCE = 8
/** A conversation takes ten seconds on an idle machine. */
const PATIENCE_MS = 900_000

const { intercept, plan, effects, reached, crashed } = crashes()

/** How often the run must await a message before the model responds to a worker in its leg. */
const AWAITED = new Map([
  ['w1.1', 1],
  ['w2.1', 2],
  ['w2.2', 3],
])

/** Synchronises the workers, so that all conversations have the same effects. */
const inOrder: Intercept = async (call, perform) => {
  if (stepOf(call) === 'ModelGateway') {
    const { session = '', worker, leg } = claimsOf(call.event) ?? {}
    const awaited = AWAITED.get(`${worker}.${leg}`)
    if (awaited) await reached(session, `AwaitMessage dynamodb UpdateItem ${awaited}`)
  }
  await intercept(call, perform)
}

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ intercept: inOrder })
  await redeliverSoon(baton, 'Baton/Queues/Messages')
})
afterAll(() => baton.close())

/** Two messages and two workers, one of which fails once. Both are accepted, then the session is deleted. */
async function converse(session: string): Promise<readonly Entry[]> {
  await persist(() => say(session, 'first', block(`echo one-${session}`)))
  // In the middle of the first turn.
  await reached(session, 'AskConductor E2B_SANDBOX_URL POST /process.Process/Start 1')
  await persist(() => say(session, 'second', `@fail-once\n${block(`echo two-${session}`)}`))
  await expect.poll(() => isOver(session), { timeout: PATIENCE_MS, interval: 700 }).toBe(true)
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

/** Retries, as a client does after a 5xx. */
async function persist(ask: () => Promise<Response>): Promise<void> {
  let response = await ask()
  for (let i = 0; response.status >= 500 && i < 5; i++) response = await ask()
  expect(response.ok).toBe(true)
}

/** Both workers have their verdict, the run is closed and its sandbox is paused. */
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

/** Sorted by kind, so that a sample contains some of each. */
const pointsOf = (reference: readonly Effect[]): Crash[] =>
  [...reference].sort().flatMap((effect) => [
    { effect, when: 'before' as const },
    { effect, when: 'after' as const },
  ])

/** These depend on time: other conversations may have fewer of them. */
const isTimed = ({ effect }: Crash) => effect.startsWith('SandboxCallback/heartbeat ')

test(`a crash before or after ${ALL ? 'any' : `one of ${SAMPLE}`} of its effects leads every conversation to the same end`, async () => {
  plan('undisturbed')
  expectTheSameEnd('undisturbed', await converse('undisturbed'))
  const all = pointsOf(effects('undisturbed'))
  const points = sampleOf(all, SAMPLE)
  const failures: string[] = []
  await mapLimit(points, AT_ONCE, async (point, i) => {
    const session = `point-${String(i).padStart(3, '0')}`
    const where = `${session}: ${point.when} ${point.effect}`
    plan(session, point)
    try {
      expectTheSameEnd(session, await converse(session))
    } catch (error) {
      failures.push(`${where}: ${error}\n${JSON.stringify(await baton.history(session))}`)
    }
    if (!crashed(session) && !isTimed(point)) failures.push(`${where}: not met`)
  })
  console.log(`${points.length} of ${all.length} points`)
  expect(failures).toEqual([])
  const { created, ended } = baton.e2b.counters()
  expect(created - ended).toBe(0)
}, 14_400_000)
