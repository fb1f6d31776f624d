/** A question is asked with its command, and goes when its conversation is stopped. */
import { describe, expect, test } from 'vitest'
import type { NewQuestion } from '../../../src/core/question.ts'
import { sessionState } from '../../../src/core/session-state.ts'
import { closeRun, forgetSession, stopRun } from '../../../src/protocol/lifecycle.ts'
import { receive } from '../../../src/protocol/receive.ts'
import { advanceTurn } from '../../../src/protocol/run-commands.ts'
import { ACCOUNT, AT, closed, message, NOW, session, turn } from '../core/fixtures.ts'
import { ADA, arrival, DECISION, question, says } from './fixtures.ts'

const HOUR = 3_600_000
const before = session({
  turn: turn({ phase: 'run', messages: [message(1)], count: 1 }),
  lastSeq: 9,
})
const NEW: NewQuestion = { kind: 'ask', text: 'Blue?', choices: ['yes', 'no'] }
const ask = (given: Partial<NewQuestion> = {}, from = before) =>
  advanceTurn(from, 1, 1, 0, { ask: { ...NEW, ...given }, asking: { asked: [ADA] }, now: NOW })

describe('a question', () => {
  const { item } = ask()

  test('is in the item, with its notice to the senders of the turn', () => {
    expect(item.questions).toEqual([
      {
        ...NEW,
        id: 'q1',
        seq: 10,
        askedAt: AT,
        remindAt: NOW + 24 * HOUR,
        expiresAt: NOW + 7 * 24 * HOUR,
        about: [{ id: 'm1' }],
        asked: [ADA],
      },
    ])
    expect(item.pendingEntries).toMatchObject([
      { seq: 10, kind: 'notice', about: [{ id: 'm1' }], question: { id: 'q1' } },
    ])
  })

  test('says how to answer, and what happens without an answer', () => {
    expect(item.pendingEntries[0]).toMatchObject({
      text: `Question q1: Blue?

1. yes
2. no

Answer with a line that has only the number, such as “1”. You can also answer in your own words. Without an answer by 8 Jan 2026, 00:00 UTC, nothing will be done.`,
    })
  })

  test('is asked once', () => {
    expect(advanceTurn(item, 1, 1, 0, { ask: NEW, now: NOW })).toEqual({ item, output: false })
  })

  test('lets the run close, and the session waits', () => {
    const { turn: _, ...idle } = item
    const { item: after, output } = closeRun(idle, 1, ACCOUNT)
    expect({ output, state: sessionState(after) }).toEqual({ output: true, state: 'waiting' })
  })

  test('has its own times and default', () => {
    const { item: other } = ask({ remindAfterHours: 48, expiresAfterHours: 48, default: 'no' })
    expect(other.questions?.[0]).toMatchObject({ expiresAt: NOW + 48 * HOUR, default: 'no' })
    expect(other.questions?.[0]).not.toHaveProperty('remindAt')
    expect(other.pendingEntries[0]).toMatchObject({
      text: expect.stringContaining('the answer is “no”.'),
    })
  })

  test('is numbered, and named in the answer to several', () => {
    const { item: second } = ask({}, { ...before, questions: [question()], lastQuestion: 7 })
    expect(second.questions?.map(({ id }) => id)).toEqual(['q1', 'q8'])
    expect(second.pendingEntries.at(-1)).toMatchObject({
      text: expect.stringContaining('such as “q8 1”'),
    })
  })
})

test('a decision goes with its worker', () => {
  const { item } = advanceTurn({ ...before, questions: [DECISION], lastQuestion: 1 }, 1, 1, 0, {
    ended: [{ workerId: 'w1', status: 'ended' }],
    now: NOW,
  })
  expect(item.questions).toBeUndefined()
  expect(item.closedQuestions).toMatchObject([{ id: 'q1', how: 'withdrawn' }])
})

describe('a conversation with an open question', () => {
  const waiting = session({ ...closed, questions: [question()], lastQuestion: 1, lastSeq: 9 })

  test('drops it when it is stopped, and tells whoever was asked', () => {
    const { item } = stopRun(waiting, 'Stopped.', ACCOUNT)
    expect(item.questions).toBeUndefined()
    expect(item.pendingEntries).toMatchObject([{ kind: 'notice', about: [{ id: 'm1' }] }])
    const late = receive(item, arrival(), says('yes')).item
    expect(late.inbox).toEqual([])
    expect(late.pendingEntries.at(-1)).toMatchObject({ text: expect.stringContaining('stopped') })
  })

  test('drops it when it is deleted, and keeps the number but not the words', () => {
    const { item } = forgetSession(waiting, 'cli', AT)
    expect(item).toMatchObject({
      lastQuestion: 1,
      closedQuestions: [{ id: 'q1', how: 'deleted', choices: [] }],
    })
    const late = receive(item, arrival(), says('yes')).item
    expect(late.inbox).toEqual([])
    expect(late.pendingEntries.at(-1)).toMatchObject({ text: expect.stringContaining('deleted') })
  })
})
