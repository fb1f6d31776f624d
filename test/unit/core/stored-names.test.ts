/** The names in the tables never change, whatever the names in the code. */
import { expect, test } from 'vitest'
import { bodyNames, sessionNames, workerNames } from '../../../src/adapters/stored-names.ts'
import { newWorker } from '../../../src/core/worker.ts'
import { AT, message, session, turn } from './fixtures.ts'

const replyTo = [{ channel: 'sms', address: '+15550100' }] as const

test('a session is stored under its original names', () => {
  const item = session({ abandoned: [message(1)], turn: turn({ messages: [message(2)] }) })
  const stored = sessionNames.write({ ...item })
  expect(stored).toMatchObject({
    parked: [message(1)],
    unwritten: [],
    turn: { cover: [message(2)] },
  })
  expect(stored).not.toHaveProperty('abandoned')
  expect(stored.turn).not.toHaveProperty('messages')
  expect(sessionNames.read(stored)).toEqual(item)
})

test('the same applies to single attributes, set or removed', () => {
  expect(sessionNames.write({ turn: undefined, pendingEntries: undefined })).toEqual({
    turn: undefined,
    unwritten: undefined,
  })
})

test('the same applies to the legs of a worker', () => {
  const worker = newWorker(
    { sessionId: 'main', workerId: 'w1', cliSession: 'cli' },
    { task: 'task', criteria: [] },
    { commandId: 't1.0', run: 1, at: new Date(AT), replyTo, seconds: 60 },
  )
  const stored = workerNames.write({ ...worker })
  expect(stored.legs).toMatchObject([{ askers: replyTo }])
  expect(workerNames.read(stored)).toEqual(worker)
})

test('the same applies to the body of a message', () => {
  const body = { from: 'person', channel: 'sms', text: '/stop', at: AT, replyTo } as const
  const stored = bodyNames.write({ ...body, slashCommand: 'stop' })
  expect(stored).toMatchObject({ askers: replyTo, order: 'stop' })
  expect(bodyNames.read(stored)).toEqual({ ...body, slashCommand: 'stop' })
})
