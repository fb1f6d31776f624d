/** A function's process crashes before or after any one of its effects: every conversation ends in the same way. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Intercept } from '../../packages/local-aws/src/index.ts'
import type { Entry } from '../../src/core/history.ts'
import {
  block,
  commandsOf,
  endingsOf,
  replies,
  reviewsOf,
  type TestBaton,
  testBaton,
} from '../support/baton.ts'
import { type Crash, crashes, type Effect } from '../support/crashes.ts'
import { claimsOf, stepOf } from '../support/function-calls.ts'
import { mapLimit } from '../support/map-limit.ts'
import { expectNoSandboxLeft } from '../support/no-sandbox-left.ts'
import { redeliverSoon } from '../support/queues.ts'
import { sampleOf } from '../support/sample.ts'
import { asking, spawnAsTold } from '../support/spawn-as-told.ts'

const SAMPLE = 8
const AT_ONCE = 8
/** All points take half an hour: someone may be waiting. */
const PROGRESS = 50
/** A conversation takes ten seconds on an idle machine. */
const PATIENCE_MS = 300_000

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
  if (baton.model) baton.model.conductor = spawnAsTold
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

/** E2B has refused to pause the conductor's sandbox, which then runs until the end of its hour. */
const refusedPause = (session: string) =>
  baton.log.some(
    (line) =>
      line.includes('sandbox not paused') &&
      line.includes('"review-loop"') &&
      line.includes(`"${session}"`),
  )

/** Its sandboxes are paused, if E2B allows it. */
const isPaused = (session: string) =>
  refusedPause(session) ||
  !baton.e2b
    .sandboxes()
    .some(({ state, metadata }) => state === 'running' && metadata.session === session)

/** Both workers have their verdict, the run is closed and its sandbox is paused, if E2B allows it. */
async function isOver(session: string): Promise<boolean> {
  if (!isPaused(session)) return false
  const entries = await baton.history(session)
  const done = entries.flatMap(({ commands = [] }) => commands.map(({ status }) => status))
  return endingsOf(entries).length === 2 && done.every((status) => status === 'done')
}

function expectTheSameEnd(session: string, entries: readonly Entry[]): void {
  const by = (role: Entry['role']) => entries.filter((entry) => entry.role === role)
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1))
  expect(by('user').map(({ text }) => text.match(/one|two/)?.[0])).toEqual(['one', 'two'])
  expect(commandsOf(entries, 'SPAWN_WORKER').map(({ workerId }) => workerId)).toEqual(['w1', 'w2'])
  expect(reviewsOf(entries, 'revise')).toMatchObject([{ workerId: 'w2' }])
  expect(
    by('worker')
      .map(({ text }) => text.match(/exit status \d|^lost.*/)?.[0])
      .sort(),
  ).toEqual(['exit status 0', 'exit status 0', 'exit status 1'])
  const verdicts = endingsOf(entries).map((end) => [end.workerId, end.verdict])
  expect(verdicts.sort()).toEqual([
    ['w1', 'accept'],
    ['w2', 'accept'],
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

/** These depend on time: other conversations may have fewer of them. A write is tried again if another one came first. */
const isTimed = ({ effect }: Crash) =>
  effect.startsWith('SandboxCallback/heartbeat ') ||
  /^ContinueRun dynamodb UpdateItem \d\d$/.test(effect)

interface Conversation {
  readonly name: string
  converse(session: string): Promise<readonly Entry[]>
  expectTheSameEnd(session: string, entries: readonly Entry[]): void
  readonly sample: number
}

/** The conductor asks a question while a worker is busy, and goes on with the answer, which is given twice. */
const question: Conversation = {
  name: 'a question',
  sample: 4,
  async converse(session) {
    await persist(() => say(session, 'first', `@ask Is it ${session}? | yes, no`))
    const open = async () => (await baton.request(`/api/sessions/${session}`)).json()
    await expect
      .poll(open, { timeout: PATIENCE_MS, interval: 700 })
      .toMatchObject({ state: 'waiting', questions: [{ number: 'q1' }] })
    await persist(() => say(session, 'second', 'yes'))
    await persist(() => say(session, 'third', '1'))
    await baton.until(session, (all) => isAnswered(all) && isToldLate(all), PATIENCE_MS / 1000)
    await expect
      .poll(open, { timeout: PATIENCE_MS, interval: 700 })
      .toMatchObject({ state: 'idle' })
    await expect.poll(() => isPaused(session), { timeout: PATIENCE_MS, interval: 700 }).toBe(true)
    const entries = await baton.history(session)
    await persist(() => baton.request(`/api/sessions/${session}`, { method: 'DELETE' }))
    return entries
  },
  expectTheSameEnd(_, entries) {
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((__, i) => i + 1))
    expect(entries.flatMap((entry) => entry.question ?? [])).toMatchObject([{ id: 'q1' }])
    expect(entries.flatMap((entry) => entry.answer ?? [])).toEqual([
      { question: 'q1', by: 'the operator', choice: 'yes' },
    ])
    expect(replies(entries)).toEqual(['I have the answer to q1: yes.'])
  },
}

const isAnswered = (entries: readonly Entry[]) => replies(entries).length > 0
const isToldLate = (entries: readonly Entry[]) =>
  entries.some(({ text }) => text.startsWith('This answer did nothing: question q1'))

/** A worker hands over a file, which an independent verifier checks, and is accepted. */
const verification: Conversation = {
  name: 'a verification',
  sample: 6,
  async converse(session) {
    const task = block(`mkdir -p artifacts; echo ${session} > artifacts/name.txt; cat artifacts/*`)
    const criterion = `The file has the name: \`grep -x ${session} ~/artifacts-to-check/name.txt\` exits 0.`
    await persist(() => say(session, 'first', asking({ task, criteria: [criterion] })))
    const isAccepted = async () =>
      isPaused(session) &&
      endingsOf(await baton.history(session)).some(({ status }) => status !== 'pending')
    await expect.poll(isAccepted, { timeout: PATIENCE_MS, interval: 700 }).toBe(true)
    const entries = await baton.history(session)
    await persist(() => baton.request(`/api/sessions/${session}`, { method: 'DELETE' }))
    return entries
  },
  expectTheSameEnd(session, entries) {
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1))
    const reports = entries.filter(({ role }) => role === 'worker')
    expect(reports).toMatchObject([
      {
        workerId: 'w1',
        verification: {
          verifier: 'w1v1',
          outcome: 'done',
          criteria: [{ id: 'C1', status: 'met', excerpt: session }],
        },
      },
    ])
    expect(reviewsOf(entries)).toMatchObject([
      { workerId: 'w1', verdict: 'accept', status: 'done', outcome: 'w1 accepted' },
    ])
  },
}

const CONVERSATIONS: readonly Conversation[] = [
  { name: 'workers', sample: SAMPLE, converse, expectTheSameEnd },
  question,
  verification,
]

test.each(
  CONVERSATIONS,
)('$name: a crash before or after any effect, or one of a sample, leads to the same end', async ({
  name,
  ...conversation
}) => {
  const prefix = name.replaceAll(' ', '-')
  const references = [`${prefix}-undisturbed-1`, `${prefix}-undisturbed-2`]
  for (const reference of references) {
    plan(reference)
    conversation.expectTheSameEnd(reference, await conversation.converse(reference))
  }
  const [first = [], second = []] = references.map(effects)
  // A write that loses to another one reads and writes again, which a conversation may have or not.
  const all = pointsOf(first.filter((effect) => second.includes(effect)))
  expect(all.length).toBeGreaterThan(0.9 * pointsOf(first).length)
  const points = sampleOf(all, conversation.sample)
  const failures: string[] = []
  let over = 0
  await mapLimit(points, AT_ONCE, async (point, i) => {
    const session = `${prefix}-${String(i).padStart(3, '0')}`
    const where = `${session}: ${point.when} ${point.effect}`
    plan(session, point)
    try {
      conversation.expectTheSameEnd(session, await conversation.converse(session))
    } catch (error) {
      failures.push(`${where}: ${error}\n${JSON.stringify(await baton.history(session))}`)
    }
    if (!crashed(session) && !isTimed(point)) failures.push(`${where}: not met`)
    over += 1
    if (over % PROGRESS === 0) console.log(`${over} of ${points.length}: ${failures.length} failed`)
  })
  console.log(`${points.length} of ${all.length} points`)
  expect(failures).toEqual([])
  await expectNoSandboxLeft(baton)
}, 14_400_000)
