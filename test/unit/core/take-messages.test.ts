/** A run's next step, and the size of a turn. */
import { describe, expect, test } from 'vitest'
import type { Session } from '../../../src/core/session.ts'
import { takeAndAbandon } from '../../../src/protocol/combined.ts'
import {
  type FlushedHistory,
  forgettableIds,
  takeMessages,
} from '../../../src/protocol/take-messages.ts'
import { busyWith, closed, message, messages, NOW, session, turn } from './fixtures.ts'

const nothing: FlushedHistory = { entries: new Set(), marked: new Set() }
const take = (before: Session, written = nothing) =>
  takeMessages(before, 1, {
    written,
    now: NOW,
    budgetCheck: { over: () => undefined },
    pauseNotice: () => '',
  })

const tries = (given: number) => ({ run: { id: 1, open: true, tries: given } })
const running = turn({ phase: 'run', count: 3, next: 1 })

describe('the next step', () => {
  test.each<[string, Session, object]>([
    ['nothing', session(), { do: 'close' }],
    ['a message', session({ inbox: [message(1)] }), { do: 'ask', turn: 1 }],
    ['a turn to ask', session({ turn: turn() }), { do: 'ask', turn: 1 }],
    ['a turn asked twice', session({ turn: turn({ asked: 2 }) }), { do: 'ask', turn: 1 }],
    ['a turn asked thrice', session({ turn: turn({ asked: 3 }) }), { do: 'abandon', turn: 1 }],
    ['its result', session({ turn: turn({ asked: 3, result: 'j3' }) }), { do: 'read', turn: 1 }],
    ['the third recovery', session({ turn: turn(), ...tries(3) }), { do: 'abandon', turn: 1 }],
    ['the second recovery', session({ turn: turn(), ...tries(2) }), { do: 'ask', turn: 1 }],
    [
      'a message for which no run could begin a turn',
      session({ inbox: [message(1)], ...tries(3) }),
      { do: 'abandon', turn: 1 },
    ],
    [
      'one for which two runs could not',
      session({ inbox: [message(1)], ...tries(2) }),
      { do: 'ask', turn: 1 },
    ],
    ['commands', session({ turn: running }), { do: 'run', commands: [1, 2], giveUp: false }],
    [
      'a command that fails run after run',
      session({ turn: running, ...tries(3) }),
      { do: 'run', commands: [1], giveUp: true },
    ],
    ['abandoned messages', session({ abandoned: [message(1)] }), { do: 'notify' }],
    [
      'a message in addition to abandoned ones',
      session({ abandoned: [message(1)], inbox: [message(2)] }),
      { do: 'ask', turn: 1 },
    ],
    [
      'a run that is not this one',
      session({ run: { id: 2, open: true, tries: 0 } }),
      { do: 'superseded' },
    ],
    ['a closed run', session(closed), { do: 'superseded' }],
  ])('%s', (_, before, next) => {
    expect(take(before).output).toMatchObject(next)
  })

  test('what no run could begin is abandoned in one write, and what comes later is tried anew', () => {
    const before = session({ inbox: [message(1), message(2)], ...tries(3) })
    const context = { written: nothing, now: NOW }
    const { item, output } = takeAndAbandon(before, 1, 1, context)
    expect(output).toMatchObject({ trouble: 'the conductor did not answer' })
    expect(item.abandoned).toHaveLength(2)
    expect(item).toMatchObject({ inbox: [], lastTurn: 1, run: { tries: 0 } })
    // A message for which there were fewer runs is asked about.
    const asked = session({ inbox: [message(1)], ...tries(2) })
    expect(takeAndAbandon(asked, 1, 1, context).item).toBe(asked)
  })

  test('a busy worker is waited for, until the latest deadline', () => {
    const busy = { w1: busyWith(1, NOW + 5), w2: busyWith(1, NOW + 9) }
    expect(take(session({ busy })).output).toEqual({ do: 'await', until: NOW + 9 })
  })

  test('a worker past its deadline is not waited for', () => {
    const busy = { w1: busyWith(1, NOW) }
    expect(take(session({ busy })).output).toEqual({ do: 'close' })
  })

  test('a step of another run writes nothing', () => {
    const before = session({ run: { id: 2, open: true, tries: 0 }, inbox: [message(1)] })
    expect(take(before, { entries: new Set([1]), marked: new Set() }).item).toBe(before)
  })
})

test('a finished turn ends, and the next begins in the same update', () => {
  const done = turn({ n: 4, phase: 'run', count: 2, next: 2 })
  const { item, output } = take(session({ turn: done, lastTurn: 4, inbox: [message(8)] }))
  expect(item).toMatchObject({ lastTurn: 5, turn: { n: 5, phase: 'ask', messages: [message(8)] } })
  expect(output).toEqual({ do: 'ask', turn: 5 })
})

test('a turn without commands ends at once', () => {
  const { item, output } = take(session({ turn: turn({ phase: 'run' }) }))
  expect(item).not.toHaveProperty('turn')
  expect(output).toEqual({ do: 'close' })
})

describe('a turn takes the oldest messages, in order', () => {
  const covered = (...sizes: number[]) => {
    const inbox = sizes.map((size, i) => message(i + 1, { size }))
    const { item } = take(session({ inbox }))
    expect(item.inbox).toEqual(inbox)
    return item.turn?.messages.map(({ seq }) => seq)
  }

  test.each([
    [1, 1],
    [50, 50],
    [51, 50],
    [400, 50],
  ])('of %i it takes %i', (waiting, taken) => {
    const { item } = take(session({ inbox: messages(waiting) }))
    expect(item.turn?.messages).toEqual(messages(taken))
  })

  test('up to 400 kB', () => {
    expect(covered(200_000, 200_000)).toEqual([1, 2])
    expect(covered(200_000, 200_001)).toEqual([1])
    expect(covered(100_000, 100_000, 300_000, 1)).toEqual([1, 2])
  })

  test('and at least one, however large', () => {
    expect(covered(900_000, 1)).toEqual([1])
    expect(covered(1, 900_000)).toEqual([1])
  })
})

describe('old ids', () => {
  const seen = (count: number) =>
    Object.fromEntries(messages(count).map(({ id, seq }) => [id, seq]))
  const numbers = (given: Partial<Session>) =>
    forgettableIds(session({ seen: seen(20), ...given })).map(({ seq }) => seq)

  test.each([
    [0, 0],
    [11, 0],
    [12, 8],
    [13, 8],
    // As stored by earlier versions.
    [500, 8],
  ])('of %i, %i can be forgotten', (known, old) => {
    expect(forgettableIds(session({ seen: seen(known) }))).toEqual(
      messages(old).map(({ id, seq }) => ({ id, seq })),
    )
  })

  test('are kept from the first pending entry on', () => {
    const pendingEntries = [
      { seq: 40, kind: 'message', id: 'm40' } as const,
      { seq: 5, kind: 'message', id: 'm5' } as const,
    ]
    expect(numbers({ pendingEntries })).toEqual([1, 2, 3, 4])
  })

  test('are kept from the first message on that waits, is held or is being answered', () => {
    expect(numbers({ inbox: [message(3)] })).toEqual([1, 2])
    expect(numbers({ held: [message(2)] })).toEqual([1])
    expect(numbers({ turn: turn({ messages: [message(4)] }) })).toEqual([1, 2, 3])
  })

  test('are found in any stored order', () => {
    const reversed = Object.fromEntries(Object.entries(seen(12)).reverse())
    expect(forgettableIds(session({ seen: reversed }))).toEqual(
      messages(8).map(({ id, seq }) => ({ id, seq })),
    )
  })

  test('are removed once marked, and no others', () => {
    const before = session({ seen: seen(3) })
    const { item } = take(before, { entries: new Set(), marked: new Set(['m1', 'm2']) })
    expect(item.seen).toEqual({ m3: 3 })
  })
})

test('a written entry is no longer pending; the others are', () => {
  const entry = (seq: number) => ({ seq, kind: 'message', id: `m${seq}` }) as const
  const before = session({ pendingEntries: [entry(1), entry(2), entry(3)], seen: { m1: 1, m2: 2 } })
  const { item } = take(before, { entries: new Set([1, 3, 9]), marked: new Set() })
  expect(item.pendingEntries).toEqual([entry(2)])
  expect(item.seen).toEqual(before.seen)
})

test('nothing is written if nothing changes', () => {
  const before = session({ turn: running, pendingEntries: [{ seq: 1, kind: 'message', id: 'm1' }] })
  expect(take(before).item).toBe(before)
})
