/** A function crashes while it starts several attempts, or ends those that are no longer wanted. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Frame } from '../../local/model/framing.ts'
import type { Intercept } from '../../packages/local-aws/src/index.ts'
import type { Entry } from '../../src/core/history.ts'
import { block, commandsOf, receipts, type TestBaton, testBaton } from '../support/baton.ts'
import { type Crash, crashes } from '../support/crashes.ts'
import { claimsOf, stepOf } from '../support/function-calls.ts'
import { mapLimit } from '../support/map-limit.ts'
import { expectNoSandboxLeft } from '../support/no-sandbox-left.ts'
import { sampleOf } from '../support/sample.ts'
import { type Reaction, scriptedConductor } from '../support/scripted-conductor.ts'

const SAMPLE = 4
const AT_ONCE = 4
const PATIENCE_MS = 900_000

const { intercept, plan, effects, reached, crashed } = crashes()

/** The second attempt is never answered while the run is open, so every conversation has the same effects. */
const oneAnswers: Intercept = async (call, perform) => {
  if (stepOf(call) === 'ModelGateway') {
    const { session = '', worker } = claimsOf(call.event) ?? {}
    if (worker === 'w2')
      await reached(session, 'ContinueRun E2B_API_URL POST /sandboxes/:id/pause 1')
  }
  await intercept(call, perform)
}

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ intercept: oneAnswers })
  if (baton.model) baton.model.conductor = scriptedConductor(react)
})
afterAll(() => baton.close())

function react({ kind, workerId }: Frame): Reaction {
  if (kind === 'USER')
    return {
      reply: 'Two are on it.',
      commands: [
        {
          type: 'SPAWN_WORKER',
          task: block('echo right'),
          criteria: ['It is right.'],
          attempts: 2,
        },
      ],
    }
  if (kind !== 'WORKER') return {}
  const finding = { id: 'C1', status: 'met', procedure: 'Read the report.', excerpt: 'right' }
  return {
    reply: `${workerId} is right.`,
    commands: [{ type: 'REVIEW_WORKER', workerId, verdict: 'accept', criteria: [finding] }],
  }
}

async function converse(session: string): Promise<readonly Entry[]> {
  await baton.send(session, 'go')
  const receipt = async () => receipts(await baton.history(session)).length
  await expect.poll(receipt, { timeout: PATIENCE_MS, interval: 700 }).toBe(1)
  return baton.history(session)
}

async function expectTheSameEnd(session: string, entries: readonly Entry[]): Promise<void> {
  expect(commandsOf(entries, 'SPAWN_WORKER')).toMatchObject([
    { workerIds: ['w1', 'w2'], outcome: 'w1, w2 work on leg 1, side by side' },
  ])
  expect(commandsOf(entries, 'REVIEW_WORKER')).toMatchObject([
    { workerId: 'w1', outcome: 'w1 accepted, w2 ended' },
  ])
  expect(entries.filter(({ role }) => role === 'worker')).toHaveLength(1)
  expect(receipts(entries)).toMatchObject([{ workers: 2, legs: 2 }])
  const response = await baton.request(`/api/sessions/${session}`)
  const { workers } = (await response.json()) as { workers: { workerId: string; status: string }[] }
  expect(workers).toMatchObject([
    { workerId: 'w2', status: 'ended' },
    { workerId: 'w1', status: 'accepted' },
  ])
  await baton.request(`/api/sessions/${session}`, { method: 'DELETE' })
}

/** Only commands start and end attempts; the other effects are those of every conversation. */
const pointsOf = (session: string): Crash[] =>
  [...effects(session)]
    .filter((effect) => effect.startsWith('ContinueRun '))
    .sort()
    .flatMap((effect) => [
      { effect, when: 'before' as const },
      { effect, when: 'after' as const },
    ])

test('no attempt is started twice, none is left at work, and all are counted', async () => {
  plan('undisturbed')
  await expectTheSameEnd('undisturbed', await converse('undisturbed'))
  const all = pointsOf('undisturbed')
  const failures: string[] = []
  const points = sampleOf(all, SAMPLE)
  await mapLimit(points, AT_ONCE, async (point, i) => {
    const session = `point-${String(i).padStart(2, '0')}`
    plan(session, point)
    try {
      await expectTheSameEnd(session, await converse(session))
    } catch (error) {
      const history = JSON.stringify(await baton.history(session))
      failures.push(`${session}: ${point.when} ${point.effect}: ${error}\n${history}`)
    }
    if (!crashed(session)) failures.push(`${session}: ${point.when} ${point.effect}: not met`)
  })
  console.log(`${points.length} of ${all.length} points`)
  expect(failures).toEqual([])
  await expectNoSandboxLeft(baton)
}, 3_600_000)
