/** A search of the logs for a session finds every line about it, from every function. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Intercept } from '../../packages/local-aws/src/interception.ts'
import { AwsError } from '../../packages/local-aws/src/json-service.ts'
import {
  block,
  commandsOf,
  endingsOf,
  replies,
  type TestBaton,
  testBaton,
} from '../support/baton.ts'
import { sessionOf, stepOf } from '../support/function-calls.ts'
import { written } from '../support/log.ts'

/** Each fails this often, so that functions that log only errors log something. */
const failures = new Map([
  ['StartLeg', 2],
  ['ContinueRun', 1],
])
/** The steps that completed tasks of a session whose first attempts are refused, a conductor's and a worker's. */
const completed: string[] = []
const REFUSED = [0, 2]

const intercept: Intercept = async (call, perform) => {
  const step = stepOf(call)
  const isRefused = sessionOf(call, ['log-token']) && call.operation === 'SendTaskSuccess'
  if (isRefused && completed.push(step) && REFUSED.includes(completed.length - 1))
    throw new AwsError('AccessDeniedException', 'injected refusal', 400)
  const left = failures.get(step) ?? 0
  const isUnheard = step === 'DispatchMessage' && JSON.stringify(call.event).includes('log-unheard')
  if (call.service === 'dynamodb' && (left > 0 || isUnheard)) {
    failures.set(step, left - 1)
    throw new AwsError('ValidationException', 'injected', 400)
  }
  await perform()
}

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ intercept })
})
afterAll(() => baton.close())

/** Who asks is logged before a request is read, so these lines do not know the session in its body. */
const events = () => written(baton).filter(({ message }) => message !== 'authorized')

const ofService = (service: string) => events().filter((line) => line.service === service)

const ofTask = (task: string) => events().filter((line) => line.task === task)

test('every line about a conversation with a worker names its session', async () => {
  await baton.send('log-unheard', 'hello')
  const sessions = ['log-a', 'log-b']
  await Promise.all(
    sessions.map(async (session) => {
      await baton.send(session, block(`sleep 1; echo heard ${session}`))
      await baton.until(session, (all) => commandsOf(all, 'SPAWN_WORKER').length === 1)
      await baton.request(`/api/sessions/${session}/workers/w9/kill`, { method: 'POST' })
      await baton.until(session, (all) => replies(all).length === 2, 110)
    }),
  )
  const lines = events()
  const known = [...sessions, 'log-unheard']
  expect(lines.filter(({ sessionId }) => !known.includes(String(sessionId)))).toEqual([])
  for (const task of ['ContinueRun', 'StartLeg']) expect(ofTask(task)).not.toEqual([])
  expect(ofService('model-gateway')).not.toEqual([])
  expect(ofService('dispatch-message')).toMatchObject([{ sessionId: 'log-unheard' }])
  // Both sessions asked the model, and each line names its session.
  for (const sessionId of sessions) {
    const asked = ofService('model-gateway').filter((line) => line.sessionId === sessionId)
    expect(asked).toContainEqual(expect.objectContaining({ turn: 1, job: expect.any(Number) }))
    expect(asked).toContainEqual(
      expect.objectContaining({ workerId: 'w1', leg: 1, job: expect.any(Number) }),
    )
  }
})

test('a line about a leg names the worker, one about a run its number', () => {
  for (const line of ofTask('StartLeg')) expect(line).toMatchObject({ workerId: 'w1', leg: 1 })
  for (const line of ofTask('ContinueRun')) expect(line).toMatchObject({ run: 1 })
  for (const line of ofService('session-control')) expect(line).toMatchObject({ workerId: 'w9' })
  expect(ofService('session-control')).toHaveLength(2)
})

test('no line contains a task token or the text of a message', () => {
  const text = JSON.stringify(written(baton))
  expect(text).not.toMatch(/taskToken/)
  expect(text).not.toContain('echo heard')
})

test('a result whose task cannot be completed is logged and sent again, instead of waiting for the heartbeat', async () => {
  await baton.send('log-token', block('echo heard'))
  await baton.until('log-token', (all) => endingsOf(all).length === 1, 110)
  expect(completed.slice(0, 4)).toEqual(Array(4).fill('SandboxCallback'))
  const errors = ofService('sandbox-callback').filter(({ level }) => level === 'ERROR')
  expect(errors).toHaveLength(REFUSED.length)
  for (const line of errors)
    expect(line).toMatchObject({
      sessionId: 'log-token',
      message: 'failed',
      error: { name: 'AccessDeniedException' },
    })
})
