/** How messages, turns and notices appear in the history. */
import { describe, expect, test } from 'vitest'
import { checkCommands } from '../../../src/commands/turn-reply.ts'
import type { Verification } from '../../../src/contract/review.ts'
import { messageEntry, noticeEntry, turnEntry } from '../../../src/core/history.ts'
import type { Body } from '../../../src/core/message.ts'
import type { VerdictLine } from '../../../src/core/session.ts'
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

test('a report is shown with its claims and what the verifier found', () => {
  const verification: Verification = {
    verifier: 'w1v1',
    outcome: 'done',
    at,
    criteria: [{ id: 'C1', status: 'met' }],
    remarks: [],
  }
  const body: Body = {
    from: 'worker',
    workerId: 'w1',
    leg: 1,
    run: 1,
    text: 'hi',
    at,
    prompt: 'worker-2',
    claims: { report: 'long', criteria: [], notDone: ['the door'], artifacts: [] },
    verification,
  }
  expect(messageEntry(3, 'm3', body)).toEqual({
    seq: 3,
    messageId: 'm3',
    at,
    role: 'worker',
    text: 'hi',
    workerId: 'w1',
    prompt: 'worker-2',
    claims: { criteria: [], notDone: ['the door'], artifacts: [] },
    verification,
  })
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

  describe('of a turn that accepts work', () => {
    const line = { workerId: 'w1', text: '2 of 2 met · no check ran · 5 s · $0.42' }
    const review = { type: 'REVIEW_WORKER', workerId: 'w1', verdict: 'accept' }
    const text = (
      reply: string | null,
      verdicts: readonly VerdictLine[],
      commands: unknown[] = [],
    ) =>
      turnEntry({ ...turn, verdicts }, { reply, commands: checkCommands(commands) }, session()).text

    test('ends with the line about it', () => {
      expect(text('It is built.', [line])).toBe(`It is built.\n\n${line.text}`)
    })

    test('names the workers if there are several, or no reply that does', () => {
      const both = [line, { workerId: 'w2', text: 'not verified: C1 is unmet · 5 s · $0.01' }]
      const lines = `w1: ${line.text}\n\nw2: ${both[1]?.text}`
      expect(text('Both are built.', both)).toBe(`Both are built.\n\n${lines}`)
      expect(text(null, both)).toBe(lines)
      expect(text(null, [line])).toBe(`w1: ${line.text}`)
    })

    test('has the remarks, which do not block', () => {
      const remarks = ['The name is odd.', 'Two\nlines.']
      expect(text('Built.', [line], [{ ...review, remarks }])).toBe(
        `Built.\n\n${line.text}\n\nRemarks:\n- The name is odd.\n- Two lines.`,
      )
      expect(text('Again.', [], [{ ...review, verdict: 'revise', remarks }])).toBe('Again.')
    })

    test('says what was spent after it', () => {
      const soFar = { turns: 1 }
      const { text: all } = turnEntry(
        { ...turn, verdicts: [line], soFar },
        { reply: 'Built.', commands: [] },
        session(),
      )
      expect(all).toMatch(/^Built\.\n\n2 of 2 met.*\n\n\(So far: 1 turn/)
    })
  })

  test('names the version of the prompt, unless an earlier version accepted the turn', () => {
    const written = (given: object) =>
      turnEntry({ ...turn, ...given }, { reply: 'hi', commands: [] }, session())
    expect(written({ prompt: 'conductor-2' }).prompt).toBe('conductor-2')
    expect(written({})).not.toHaveProperty('prompt')
  })

  test('has its commands by name, pending, those that spawn with their worker', () => {
    const spawn = { type: 'SPAWN_WORKER', task: 'build' }
    const kill = { type: 'KILL_WORKER', workerId: 'w1', accepted: true }
    const several = { ...spawn, attempts: 2 }
    expect(entry(null, [spawn, { type: 'FLY' }, kill, several, spawn]).commands).toEqual([
      { ...spawn, criteria: [], workerId: 'w4', id: 't2.0', status: 'pending' },
      expect.objectContaining({ type: 'MALFORMED', id: 't2.1', status: 'pending' }),
      { ...kill, id: 't2.2', status: 'pending' },
      { ...several, criteria: [], workerIds: ['w5', 'w6'], id: 't2.3', status: 'pending' },
      { ...spawn, criteria: [], workerId: 'w7', id: 't2.4', status: 'pending' },
    ])
  })
})
