/** A message enters its session once, and each delivery wakes a run for it. */
import { describe, expect, test } from 'vitest'
import { append, InboxFull, recoverRun } from '../../../src/protocol/append.ts'
import { busyWith, closed, message, messages, NOW, session, turn } from './fixtures.ts'

const arrival = { id: 'm1', from: 'person', size: 5, now: NOW } as const
const report = (run: number, leg = 1) => ({
  id: `w1.${leg}`,
  from: 'worker' as const,
  size: 5,
  now: NOW,
  leg: { workerId: 'w1', leg, run },
})

test('a message opens a closed run and is counted, remembered and pending', () => {
  const { item, output } = append(session({ ...closed, lastSeq: 7 }), arrival)
  expect(item).toMatchObject({
    run: { id: 2, open: true, tries: 0 },
    lastSeq: 8,
    seen: { m1: 8 },
    inbox: [{ seq: 8, id: 'm1', from: 'person', size: 5 }],
    pendingEntries: [{ seq: 8, kind: 'message', id: 'm1' }],
  })
  expect(output).toEqual({ run: 2 })
})

test('a message wakes an open run by its token', () => {
  const run = { id: 4, open: true, tries: 2, token: { k: 1, value: 'token' } }
  const { item, output } = append(session({ run }), arrival)
  expect(item.run).toEqual(run)
  expect(output).toEqual({ run: 4, token: 'token' })
})

describe('a second delivery changes nothing', () => {
  test.each([
    ['whose id is known', session({ seen: { m1: 3 } }), arrival, { run: 1 }],
    ['whose body is marked', session(), { ...arrival, appended: true }, { run: 1 }],
    ['to a closed run', session({ ...closed, seen: { m1: 3 } }), arrival, undefined],
  ])('%s', (_, before, delivered, wake) => {
    const { item, output } = append(before, delivered)
    expect(item).toBe(before)
    expect(output).toEqual(wake)
  })
})

describe('a session that is paused at a budget and holds enough', () => {
  const paused = { scope: 'session', unit: 'usd', limit: 1, spent: 1, seq: 3 } as const
  const full = session({ ...closed, paused, held: messages(200), lastSeq: 200 })
  const person = { channel: 'http' } as const

  test('refuses a further message, with a notice to its sender', () => {
    const { item, output } = append(full, { ...arrival, id: 'new', person })
    expect(item.held).toEqual(full.held)
    expect(item).toMatchObject({ inbox: [], run: closed.run, seen: { new: 201 }, lastSeq: 202 })
    expect(item.pendingEntries).toMatchObject([
      { kind: 'message', id: 'new', seq: 201 },
      {
        kind: 'notice',
        seq: 202,
        about: [{ id: 'new' }],
        text: expect.stringMatching(/holds 200 messages.*\/continue/),
      },
    ])
    expect(output).toBeUndefined()
  })

  test.each([
    [
      'a message in a new run, whose budget is fresh',
      { ...full, paused: { ...paused, scope: 'run' } },
      { person },
    ],
    ['a message if there is room', { ...full, held: messages(199) }, { person }],
  ] as const)('takes %s', (_, before, more) => {
    const { item, output } = append(before, { ...arrival, id: 'new', ...more })
    expect(item.inbox.at(-1)).toMatchObject({ id: 'new' })
    expect(output).toEqual({ run: 2 })
  })

  test('holds its own notices and reports', () => {
    const { item } = append(full, { ...arrival, id: 'new', from: 'system' })
    expect(item.held).toHaveLength(201)
  })
})

describe('a report', () => {
  const busy = { w1: busyWith(1, 9), w2: busyWith(1, 9) }

  test('ends its leg and waits for review', () => {
    const { item } = append(session({ busy }), report(1))
    expect(item.busy).toEqual({ w2: busy.w2 })
    expect(item.inbox).toMatchObject([{ id: 'w1.1', from: 'worker' }])
  })

  test('of an earlier leg leaves the current one busy', () => {
    const later = { w1: busyWith(2, 9) }
    expect(append(session({ busy: later }), report(1)).item.busy).toEqual(later)
  })

  test('of a stopped run goes into the history and wakes no run', () => {
    const before = session({ ...closed, stopped: 1 })
    const { item, output } = append(before, report(1))
    expect(item).toMatchObject({ ...closed, inbox: [], seen: { 'w1.1': 1 }, lastSeq: 1 })
    expect(item.pendingEntries).toHaveLength(1)
    expect(output).toBeUndefined()
  })

  test('of a run after the stop is reviewed', () => {
    const before = session({ run: { id: 2, open: true, tries: 0 }, stopped: 1 })
    expect(append(before, report(2)).item.inbox).toHaveLength(1)
  })
})

describe('a full inbox', () => {
  const full = session({ inbox: messages(1000), lastSeq: 1000 })
  const id = 'late'

  test('accepts nothing more from outside: it waits on the queue', () => {
    expect(() => append(full, { ...arrival, id })).toThrow(InboxFull)
    expect(() => append(full, report(1))).toThrow('session main already has 1000 waiting messages')
    const almost = session({ inbox: messages(999) })
    expect(append(almost, { ...arrival, id }).item.inbox).toHaveLength(1000)
  })

  test('recognises what it contains', () => {
    const known = { ...full, seen: { m1: 1 } }
    expect(append(known, arrival).item).toBe(known)
  })

  test("accepts the session's own notices, which a turn needs to end", () => {
    expect(append(full, { ...arrival, id, from: 'system' }).item.inbox).toHaveLength(1001)
  })
})

test('a message to a deleted session restarts it', () => {
  const { item } = append(session({ ...closed, deleted: true, lastSeq: 5 }), arrival)
  expect(item).not.toHaveProperty('deleted')
  expect(item).toMatchObject({ lastSeq: 6, run: { open: true } })
})

describe('a recovery', () => {
  test('takes over the open run under the next number, without its token', () => {
    const run = { id: 3, open: true, tries: 1, token: { k: 1, value: 'token' } }
    const before = session({ run, turn: turn(), inbox: [message(1)] })
    const { item, output } = recoverRun(before, 3)
    expect(item).toEqual({ ...before, run: { id: 4, open: true, tries: 2 } })
    expect(output).toEqual({ run: 4 })
  })

  test.each([
    ['of an older run wakes the current one', session(), { run: 1 }],
    ['of a closed run wakes nobody', session(closed), undefined],
  ])('%s', (_, before, wake) => {
    const { item, output } = recoverRun(before, before.run.open ? 0 : 1)
    expect(item).toBe(before)
    expect(output).toEqual(wake)
  })
})
