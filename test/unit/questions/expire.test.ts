/** A question that nobody answers: one reminder, then its default or a polite end. */
import { describe, expect, test } from 'vitest'
import { expire, remind } from '../../../src/protocol/expire.ts'
import { receive } from '../../../src/protocol/receive.ts'
import { closed, NOW, session } from '../core/fixtures.ts'
import { APPROVAL, arrival, DECISION, question, says } from './fixtures.ts'

const HOUR = 3_600_000
const MESSAGE = { id: 'expired-q1', size: 9 }
const asked = question({ remindAt: NOW + 24 * HOUR, expiresAt: NOW + 48 * HOUR })
const waiting = (given = asked) =>
  session({ ...closed, lastSeq: 8, lastTurn: 4, lastQuestion: 1, questions: [given] })

describe('a reminder', () => {
  test('comes when it is due, once', () => {
    expect(remind(waiting(), 'q1', NOW + 23 * HOUR).output).toBe(false)
    const { item, output } = remind(waiting(), 'q1', NOW + 24 * HOUR)
    expect(output).toBe(true)
    expect(item.pendingEntries).toMatchObject([
      {
        kind: 'notice',
        about: asked.about,
        text: expect.stringMatching(/^This is the only reminder/),
      },
    ])
    expect(item.questions).toHaveLength(1)
    expect(remind(item, 'q1', NOW + 25 * HOUR)).toEqual({ item, output: false })
  })

  test('does not come with the end, nor to a question that was answered', () => {
    expect(remind(waiting(), 'q1', NOW + 48 * HOUR).output).toBe(false)
    expect(remind(session({ ...closed, lastQuestion: 1 }), 'q1', NOW + 24 * HOUR).output).toBe(
      false,
    )
  })

  test('leaves the run closed', () => {
    expect(remind(waiting(), 'q1', NOW + 24 * HOUR).item.run.open).toBe(false)
  })
})

describe('the end', () => {
  const at = NOW + 48 * HOUR
  const end = (given = asked) => expire(waiting(given), 'q1', MESSAGE, at).item

  test('does not come early', () => {
    const before = waiting()
    expect(expire(before, 'q1', MESSAGE, at - 1).item).toBe(before)
  })

  test('without a default says that nothing was done, and starts nothing', () => {
    const item = end()
    expect(item).toMatchObject({
      run: { open: false },
      inbox: [],
      closedQuestions: [{ id: 'q1', how: 'expired' }],
    })
    expect(item.pendingEntries).toMatchObject([
      { kind: 'notice', about: asked.about, text: expect.stringMatching(/^No answer came/) },
    ])
  })

  test('with a default counts as if it were chosen', () => {
    const item = end({ ...asked, default: 'No' })
    expect(item.run.open).toBe(true)
    expect(item.inbox).toMatchObject([
      {
        id: 'expired-q1',
        from: 'system',
        questions: [{ id: 'q1', how: 'default', choice: 'no' }],
      },
    ])
    expect(item.pendingEntries).toMatchObject([
      { kind: 'message' },
      { kind: 'answer', by: 'the default', choice: 'no' },
    ])
  })

  test('with a default in words gives the conductor these words', () => {
    const item = end({ ...asked, choices: [], default: 'as you like' })
    expect(item.inbox).toMatchObject([{ questions: [{ choice: 'as you like' }] }])
  })

  test('of a decision ends its worker by its default', () => {
    const item = end({ ...DECISION, expiresAt: at, default: 'stop' })
    expect(item.counts).toEqual({ rejected: 1 })
  })

  test('of an approval sends nothing', () => {
    const item = end({ ...APPROVAL, expiresAt: at })
    expect(item.pendingEntries.map(({ kind }) => kind)).toEqual(['notice'])
    expect(receive(item, arrival(), says('yes')).item.pendingEntries.at(-1)).toMatchObject({
      kind: 'notice',
      text: expect.stringContaining('has expired'),
    })
  })

  test('of an approval sends nothing even if its default is yes', () => {
    const item = end({ ...APPROVAL, expiresAt: at, default: 'yes' })
    expect(item.pendingEntries.at(-1)).toMatchObject({ done: 'Nothing was sent.' })
    expect(item.pendingEntries.at(-1)).not.toHaveProperty('deliver')
  })

  test('is one end', () => {
    const item = end()
    expect(expire(item, 'q1', MESSAGE, at + 1).item).toBe(item)
  })

  test('waits with the other messages of a conversation that is paused at a budget', () => {
    const paused = { scope: 'session', unit: 'usd', limit: 1, spent: 1, seq: 3 } as const
    const { item } = expire({ ...waiting({ ...asked, default: 'no' }), paused }, 'q1', MESSAGE, at)
    expect(item).toMatchObject({ run: { open: false }, inbox: [], held: [{ id: 'expired-q1' }] })
  })
})
