/** Every line names its subject, and nothing of the previous line's. */
import { setTimeout as wait } from 'node:timers/promises'
import type { SQSEvent } from 'aws-lambda'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { logAbout, logger } from '../../../src/adapters/logger.ts'
import { queuedMessage } from '../../../src/adapters/queues.ts'
import { signJobToken } from '../../../src/core/job-token.ts'
import { logIds } from '../../../src/core/log-ids.ts'
import { requireJob } from '../../../src/http/authenticate.ts'
import { http } from '../../../src/http/http.ts'
import { Problem } from '../../../src/http/problem.ts'
import { jsonBody } from '../../../src/http/request.ts'
import { json } from '../../../src/http/respond.ts'
import { fifo } from '../../../src/triggers/fifo.ts'
import { call, context } from '../http/call.ts'
import { JOB_KEY, setDeployment } from '../http/deployment.ts'

const deployment = setDeployment()

/** The lines of the log, without metrics. */
const lines = () =>
  deployment.log.map((line) => JSON.parse(line)).filter((line) => !('_aws' in line))
const aboutOf = () => lines().map((line) => ({ message: line.message, ...logIds(line) }))

const failing = () => Promise.reject(new Problem(404, 'There is no such thing.'))

test('a request names the session and the worker of its path', async () => {
  await call(http(failing), { pathParameters: { sessionId: 'main', workerId: 'w2' } })
  await call(http(failing), { pathParameters: { sessionId: 'a/b', workerId: '../w2' } })
  expect(aboutOf()).toEqual([
    { message: 'refused', sessionId: 'main', workerId: 'w2' },
    { message: 'refused' },
  ])
})

test('a request names the session in its body', async () => {
  const body = z.object({ sessionId: z.string() })
  const handler = http(async (event) => {
    jsonBody(event, body, 100)
    return failing()
  })
  await call(handler, { body: JSON.stringify({ sessionId: 'said' }) })
  expect(aboutOf()).toEqual([{ message: 'refused', sessionId: 'said' }])
})

test.each([
  [
    { worker: 'w3', leg: 2 },
    { workerId: 'w3', leg: 2 },
  ],
  [{ leg: 5 }, { turn: 5 }],
])('a request of a sandbox names its job: %j', async (claims, ids) => {
  const handler = http(async ({ headers }) => {
    await requireJob(headers.authorization)
    return failing()
  })
  const token = signJobToken(
    { session: 'main', job: 7, expires: 4_000_000_000, ...claims },
    JOB_KEY,
  )
  await call(handler, { headers: { authorization: `Bearer ${token}` } })
  expect(aboutOf()).toEqual([{ message: 'refused', sessionId: 'main', job: 7, ...ids }])
  await call(http(failing), {})
  expect(aboutOf()[1]).toEqual({ message: 'refused' })
})

const record = (sessionId: string, messageId: string) => ({
  messageId: `${sessionId} ${messageId}`,
  body: JSON.stringify({ sessionId, messageId, channel: 'http' }),
  attributes: { MessageGroupId: sessionId },
  eventSource: 'aws:sqs',
})

test('each message of a batch names its own session, a report its leg', async () => {
  const handler = fifo(queuedMessage, async ({ messageId }) => {
    if (messageId !== 'm-2') throw new Error('no')
    logger.warn('taken')
  })
  const Records = [record('one', 'w1.4'), record('two', 'm-2'), record('three', 'm-3')]
  await handler({ Records } as unknown as SQSEvent, context)
  expect(aboutOf()).toEqual([
    { message: 'failed', sessionId: 'one', workerId: 'w1', leg: 4 },
    { message: 'taken', sessionId: 'two' },
    { message: 'failed', sessionId: 'three' },
  ])
})

test('concurrent items do not mix, and leave nothing behind', async () => {
  const handler = http(async () => {
    await Promise.all(
      [30, 10, 20].map((ms) =>
        logAbout({ sessionId: `s${ms}` }, async () => {
          await wait(ms)
          logger.appendKeys({ run: ms })
          await wait(ms)
          logger.info(`after ${ms}`)
        }),
      ),
    )
    logger.info('at the end')
    return json({})
  })
  await call(handler, { pathParameters: { workerId: 'w1' } })
  expect(aboutOf()).toEqual([
    { message: 'after 10', sessionId: 's10', run: 10, workerId: 'w1' },
    { message: 'after 20', sessionId: 's20', run: 20, workerId: 'w1' },
    { message: 'after 30', sessionId: 's30', run: 30, workerId: 'w1' },
    { message: 'at the end', workerId: 'w1' },
  ])
  expect(lines().map((line) => line.function_request_id)).toEqual(Array(4).fill('invocation-1'))
})
