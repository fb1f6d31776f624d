/** What the conductor is told of a worker that the operator or a person has ended. */
import { expect, test } from 'vitest'
import { killMessage } from '../../../src/core/kill-message.ts'
import { endLeg } from '../../../src/core/leg.ts'
import { newWorker } from '../../../src/core/worker.ts'
import { AT, NOW } from './fixtures.ts'

const worker = newWorker(
  { sessionId: 'main', workerId: 'w1', cliSession: 'cli-session' },
  { task: 'build it', criteria: [] },
  { commandId: 't1.0', run: 1, at: new Date(NOW), seconds: 60 },
)
const kill = (report?: Parameters<typeof killMessage>[2]['report'], given = worker) =>
  killMessage(given, 'the operator', { report, at: AT })
const early = kill()
const report = { from: 'worker', workerId: 'w1', leg: 1, run: 1, text: 'done', at: AT } as const

test('work that is accepted is not said to have been ended', () => {
  const accepted = { ...worker, status: 'accepted' } as const
  expect(kill(report, accepted).body.text).toBe('The operator accepted the work of w1 as it is.')
})

test('before the report, it takes the place of the report', () => {
  expect(early).toMatchObject({
    messageId: 'w1.1',
    body: { from: 'worker', text: 'lost: The operator ended w1 before it had reported.' },
  })
})

test.each([
  ['has arrived', kill(report)],
  ['is marked', kill(undefined, endLeg(worker, 1, { outcome: 'done', used: {}, at: AT }).item)],
])('once the report %s, it is a message of its own', (_, message) => {
  expect(message).toMatchObject({
    messageId: 'kill-w1',
    body: { from: 'system', text: 'The operator ended w1.' },
  })
})

test('it is the same message if the worker is ended again', () => {
  expect(kill(early.body)).toEqual(early)
  expect(kill(kill(report).body)).toEqual(kill(report))
})
