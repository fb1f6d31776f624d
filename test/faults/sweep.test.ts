/** What the scheduled sweep repairs and publishes. */
import { Sandbox } from 'e2b'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Intercept } from '../../packages/local-aws/src/interception.ts'
import { AwsError } from '../../packages/local-aws/src/json-service.ts'
import {
  block,
  commandsOf,
  endingsOf,
  replies,
  roles,
  type TestBaton,
  testBaton,
} from '../support/baton.ts'
import { stepOf } from '../support/function-calls.ts'
import { published, written } from '../support/log.ts'

/** Functions whose every call to Step Functions is refused, as in an outage. */
const cutOff = new Set<string>()
/** How E2B responds to a step's requests, if not as usual. */
const e2bRefuses = new Map<string, AwsError>()
const intercept: Intercept = async (call, perform) => {
  const refusal = e2bRefuses.get(stepOf(call))
  if (call.service === 'E2B_API_URL' && refusal) throw refusal
  if (call.service === 'states' && cutOff.has(stepOf(call)))
    throw new AwsError('InternalFailure', 'down', 500)
  await perform()
}

/** The sandboxes that the log names as leaked. One that is just being ended counts: the sweep takes any age here. */
const leaked = () =>
  written(baton)
    .filter(({ message }) => message === 'leaked sandbox ended')
    .map(({ sandboxId }) => sandboxId)

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ intercept })
})
afterAll(() => baton.close())

/**
 * Runs the sweep as the schedule does, with everything old enough. The item's last activity is rounded down to the
 * minute.
 */
const sweep = async () => {
  const ages = { staleRunSeconds: -120, newSandboxSeconds: -1, idleWorkerSeconds: 3600 }
  expect(
    await baton.aws.invoke('Baton/Recovery/Recovery', { task: 'Sweep', ...ages }),
  ).toMatchObject({ ok: true })
}

test('the sweep drives a run whose start and whose event were lost', async () => {
  cutOff.add('DispatchMessage')
  await baton.send('unstarted', 'hello')
  await baton.until('unstarted', (all) => all.length === 1)
  expect(replies(await baton.history('unstarted'))).toEqual([])
  await sweep()
  const entries = await baton.until('unstarted', (all) => replies(all).length === 1)
  cutOff.clear()
  expect(roles(entries)).toEqual(['user', 'conductor'])
})

test('the sweep starts a leg whose execution never started, and its worker reports', async () => {
  await baton.send('leg', block('echo heard'))
  await baton.until('leg', (all) => commandsOf(all, 'SPAWN_WORKER').length === 1)
  await sweep()
  const entries = await baton.until('leg', (all) => endingsOf(all).length === 1)
  expect(entries.filter(({ role }) => role === 'worker')).toHaveLength(1)
})

test('the sweep ends a sandbox of no session, and keeps one in use', async () => {
  await baton.send('used', 'hello')
  await baton.until('used', (all) => replies(all).length === 1)
  const { E2B_API_KEY: apiKey, E2B_API_URL: apiUrl, E2B_SANDBOX_URL: sandboxUrl } = baton.e2b.env
  const [known] = baton.e2b.sandboxes().filter(({ metadata }) => metadata.session === 'used')
  const create = (metadata: Record<string, string>) =>
    Sandbox.create('baton', { apiKey, apiUrl, sandboxUrl, metadata })
  const forgotten = await create({ ...known?.metadata, session: 'used' })
  const another = await create({ session: 'used', deployment: 'somebody else' })
  await sweep()
  const left = baton.e2b.sandboxes().map(({ id }) => id)
  expect(left).toContain(known?.id)
  expect(left).toContain(another.sandboxId)
  expect(left).not.toContain(forgotten.sandboxId)
  expect(leaked()).toContain(forgotten.sandboxId)
  await another.kill()
})

test('a key that E2B refuses, as before it is set, is said once, and everything else is swept', async () => {
  const said = () => written(baton).filter(({ message }) => /Set the secret/.test(String(message)))
  e2bRefuses.set('Sweep', new AwsError('Unauthorized', 'invalid API key', 401))
  cutOff.add('DispatchMessage')
  await baton.send('keyless', 'hello')
  await baton.until('keyless', (all) => all.length === 1)
  for (let time = 0; time < 3; time++) await sweep()
  cutOff.clear()
  await baton.until('keyless', (all) => replies(all).length === 1)
  expect(said()).toMatchObject([{ level: 'WARN', task: 'Sweep' }])
  // An outage is no setting: the sweep fails, and the alarm for its errors can count it.
  e2bRefuses.set('Sweep', new AwsError('Unavailable', 'down', 500))
  const ages = { staleRunSeconds: -120, newSandboxSeconds: -1, idleWorkerSeconds: 3600 }
  expect(
    await baton.aws.invoke('Baton/Recovery/Recovery', { task: 'Sweep', ...ages }),
  ).toMatchObject({ ok: false })
  e2bRefuses.clear()
})

test('a session is deleted although E2B ends no sandbox, and the sweep ends them without an alarm', async () => {
  await baton.send('deleted', block('sleep 300'))
  await baton.atWork('deleted')
  const left = () => baton.e2b.sandboxes().filter(({ metadata }) => metadata.session === 'deleted')
  const ids = left().map(({ id }) => id)
  expect(ids).toHaveLength(2)
  e2bRefuses.set('SessionControl', new AwsError('Unavailable', 'down', 500))
  const remove = () => baton.request('/api/sessions/deleted', { method: 'DELETE' })
  expect((await remove()).status).toBe(204)
  expect((await baton.request('/api/sessions/deleted')).status).toBe(404)
  expect((await remove()).status).toBe(204)
  e2bRefuses.clear()
  expect(left()).toHaveLength(2)
  await sweep()
  expect(left()).toEqual([])
  expect(leaked()).not.toContainEqual(expect.stringMatching(ids.join('|')))
})

test("a day's usage is published as the API shows it, and each leaked sandbox is counted", async () => {
  await sweep()
  const response = await baton.request('/api/monitoring/metrics')
  const { today } = (await response.json()) as {
    today: { turns: number; costUsd: number; messages: { in: number } }
  }
  expect(today.turns).toBeGreaterThan(2)
  expect(published(baton, 'TurnsToday').at(-1)).toBe(today.turns)
  expect(published(baton, 'MessagesInToday').at(-1)).toBe(today.messages.in)
  expect(published(baton, 'SpendTodayUsd').at(-1)).toBeCloseTo(today.costUsd, 9)
  expect(published(baton, 'SandboxesLeaked')).toEqual(leaked().map(() => 1))
})
