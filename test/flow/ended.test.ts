import { ListExecutionsCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  block,
  commandsOf,
  replies,
  roles,
  sharedBaton,
  type TestBaton,
  withoutReceipts,
} from '../support/baton.ts'
import { holdAnswer } from '../support/held-answer.ts'
import { expectDeleted } from '../support/no-sandbox-left.ts'

let baton: TestBaton
beforeAll(async () => {
  baton = await sharedBaton()
})
afterAll(() => baton.close())

const working = (session: string) =>
  baton.until(session, (all) =>
    commandsOf(all, 'SPAWN_WORKER').some(({ status }) => status === 'done'),
  )

const running = (session: string) =>
  baton.e2b
    .sandboxes()
    .filter(({ state, metadata }) => state === 'running' && metadata.session === session)

const workerSandbox = (session: string) => running(session).find(({ metadata }) => metadata.worker)

async function until(holds: () => boolean, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test('stop ends run and workers with a notice, and the next message starts anew', async () => {
  await baton.send('stop', block('sleep 300; echo never'))
  await working('stop')
  await until(() => workerSandbox('stop') !== undefined)
  const response = await baton.request('/api/sessions/stop/stop', { method: 'POST' })
  expect(await response.json()).toEqual({ sessionId: 'stop', run: 1, workers: ['w1'] })
  expect(workerSandbox('stop')).toBeUndefined()
  expect(withoutReceipts(await baton.history('stop')).at(-1)).toMatchObject({
    role: 'system',
    text: expect.stringContaining('Stopped'),
  })
  await baton.send('stop', 'hello again')
  await baton.until('stop', (all) => replies(all).length === 2)
  await baton.settled('stop')
  expect((await baton.history('stop')).some(({ role }) => role === 'worker')).toBe(false)
})

test('stop during a turn ends the CLI, and its reply does not count', async () => {
  const { asked } = holdAnswer(baton.model, 'hello, and never an answer')
  await baton.send('hung', 'hello, and never an answer')
  await until(() => running('hung').length === 1)
  await asked
  expect((await baton.request('/api/sessions/hung/stop', { method: 'POST' })).status).toBe(200)
  await baton.send('hung', 'are you there?')
  const entries = await baton.until('hung', (all) => replies(all).length === 1)
  expect(roles(entries)).toEqual(['user', 'system', 'user', 'conductor'])
})

test('a killed worker ends at once, and the conductor is notified', async () => {
  await baton.send('kill', block('sleep 300; echo never'))
  await working('kill')
  await until(() => workerSandbox('kill') !== undefined)
  const response = await baton.request('/api/sessions/kill/workers/w1/kill', { method: 'POST' })
  expect(await response.json()).toMatchObject({ workerId: 'w1', status: 'ended' })
  expect(workerSandbox('kill')).toBeUndefined()
  const entries = await baton.until('kill', (all) => all.some(({ role }) => role === 'worker'))
  expect(entries.find(({ role }) => role === 'worker')?.text).toContain('The operator ended w1')
})

test('a worker whose execution is aborted in the console is reported as lost', async () => {
  await baton.send('abort', block('sleep 300; echo never'))
  await working('abort')
  // A sandbox that exists but is not recorded yet would serve the next leg.
  await baton.atWork('abort')
  const lost = workerSandbox('abort')?.id
  await abort('Baton/WorkerLeg/WorkerLeg', 'abort.w1.1')
  const entries = await baton.until('abort', (all) => all.some(({ role }) => role === 'worker'))
  expect(entries.find(({ role }) => role === 'worker')?.text).toMatch(/^lost: an internal error/)
  await until(() => !baton.e2b.sandboxes().some(({ id }) => id === lost))
  // The conductor continues the worker in a new sandbox; the test does not wait for that.
  await baton.request('/api/sessions/abort/stop', { method: 'POST' })
})

test('a run that is aborted in the console is resumed, with a notice', async () => {
  const { asked } = holdAnswer(baton.model, 'hello, once more')
  await baton.send('again', 'hello, once more')
  // Earlier, the next run's request would be the held one.
  await asked
  await abort('Baton/ReviewLoop/ReviewLoop', 'again.r1')
  const entries = await baton.until('again', (all) => replies(all).length === 1)
  expect(roles(entries)).toEqual(['user', 'system', 'conductor'])
  expect(entries[1]?.text).toContain('Run 1 was interrupted')
})

async function abort(machine: string, name: string): Promise<void> {
  const { region, endpoint, credentials, resources } = baton.aws
  const sfn = new SFNClient({ region, endpoint, credentials })
  const { arn } = resources.find(machine, 'AWS::StepFunctions::StateMachine')
  const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: arn }))
  const execution = executions.find((one) => one.name === name)
  await sfn.send(
    new StopExecutionCommand({
      executionArn: execution?.executionArn,
      error: 'Console',
      cause: 'by hand',
    }),
  )
}

test('deleted sessions leave no sandbox, and their history is gone', async () => {
  await expectDeleted(baton, ['stop', 'hung', 'kill', 'abort', 'again'])
  await baton.send('stop', 'a new conversation')
  const entries = await baton.until('stop', (all) => replies(all).length === 1)
  expect(roles(entries)).toEqual(['user', 'conductor'])
})
