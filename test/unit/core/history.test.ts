/** How messages, turns and notices appear in the history. */
import { describe, expect, test } from 'vitest'
import { checkCommands } from '../../../src/commands/turn-reply.ts'
import { messageEntry, noticeEntry, turnEntry } from '../../../src/core/history.ts'
import type { Body } from '../../../src/core/message.ts'
import { AT, session } from './fixtures.ts'

const at = AT
const bodies: [Body, object][] = [
  [
    { from: 'person', channel: 'sms', text: 'hi', at },
    { role: 'user', channel: 'sms' },
  ],
  [
    { from: 'worker', workerId: 'w1', leg: 1, run: 1, text: 'hi', at },
    { role: 'worker', workerId: 'w1' },
  ],
  [{ from: 'system', text: 'hi', at }, { role: 'system' }],
]

test.each(bodies)('a message of $from', (body, shows) => {
  expect(messageEntry(3, 'm3', body)).toEqual({ seq: 3, messageId: 'm3', at, text: 'hi', ...shows })
})

test('a notice goes to the channel of its session', () => {
  const notice = { seq: 4, kind: 'notice', about: [], text: 'Sorry.', at } as const
  expect(noticeEntry(notice, session({ channel: 'email' }))).toEqual({
    seq: 4,
    at,
    role: 'system',
    channel: 'email',
    text: 'Sorry.',
  })
})

describe("a turn's entry", () => {
  const turn = {
    seq: 5,
    kind: 'turn',
    n: 2,
    run: 7,
    at,
    covered: [{ id: 'm3' }],
    result: 'j1',
    silent: false,
    firstWorker: 4,
  } as const
  const entry = (reply: string | null, commands: unknown[] = [], silent = false) =>
    turnEntry({ ...turn, silent }, { reply, commands: checkCommands(commands) }, session())

  test('has the reply, and no commands if there are none', () => {
    const shows = {
      seq: 5,
      at,
      role: 'conductor',
      channel: 'http',
      turnId: 't2',
      answers: ['m3'],
      execution: 'main.r7',
    }
    expect(entry('hi')).toEqual({ ...shows, text: 'hi' })
    expect(entry(null)).toEqual({ ...shows, text: '' })
  })

  test('says that the conductor gave no answer', () => {
    expect(entry(null, [], true).text).toContain('gave no answer')
  })

  test('has its commands by name, pending, those that spawn with their worker', () => {
    const spawn = { type: 'SPAWN_WORKER', task: 'build' }
    const kill = { type: 'KILL_WORKER', workerId: 'w1', accepted: true }
    expect(entry(null, [spawn, { type: 'FLY' }, kill, spawn]).commands).toEqual([
      { ...spawn, criteria: [], workerId: 'w4', id: 't2.0', status: 'pending' },
      expect.objectContaining({ type: 'MALFORMED', id: 't2.1', status: 'pending' }),
      { ...kill, id: 't2.2', status: 'pending' },
      { ...spawn, criteria: [], workerId: 'w5', id: 't2.3', status: 'pending' },
    ])
  })
})
