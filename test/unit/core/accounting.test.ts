/** A session's usage is counted in the writes that cause it; receipts omit nothing and repeat nothing. */
import { describe, expect, test } from 'vitest'
import type { Session } from '../../../src/core/session.ts'
import { append, raiseAndResume } from '../../../src/protocol/append.ts'
import { closeRun, forgetSession, stopRun } from '../../../src/protocol/lifecycle.ts'
import { advanceTurn } from '../../../src/protocol/run-commands.ts'
import { takeMessages } from '../../../src/protocol/take-messages.ts'
import { acceptTurn } from '../../../src/protocol/turn.ts'
import { ACCOUNT, AT, busyWith, closed, message, NOW, session, turn } from './fixtures.ts'

const person = {
  id: 'm1',
  from: 'person',
  size: 5,
  now: NOW,
  person: { channel: 'http' },
} as const
const report = (given: object = {}) => ({
  id: 'w1.1',
  from: 'worker' as const,
  size: 5,
  now: NOW + 30_000,
  leg: { workerId: 'w1', leg: 1, run: 1, ...given },
})
const busy = { w1: busyWith(1, NOW) }
const take = (before: Session, now: number) =>
  takeMessages(before, 1, {
    written: { entries: new Set(), marked: new Set() },
    now,
    budgetCheck: { over: () => undefined },
    pauseNotice: () => '',
  }).item

describe('is counted once', () => {
  test('a message, by channel and day', () => {
    const { item } = append(session(closed), person)
    expect(item).toMatchObject({ counts: { 'in.http': 1 }, days: [{ date: '2026-01-01' }] })
    expect(append(item, person).item.counts).toEqual({ 'in.http': 1 })
  })

  test.each([
    ['as it says', { seconds: 12 }, { sandboxSeconds: 12 }],
    [
      'since it was assigned, when it was lost',
      { failed: true },
      { sandboxSeconds: 30, failedLegs: 1 },
    ],
  ])("a leg's time, %s", (_, given, counts) => {
    const { item } = append(session({ busy }), report(given))
    expect(item.counts).toEqual(counts)
  })

  test('a leg that was ended before it reported is counted at its end', () => {
    const before = session({ busy, turn: turn({ phase: 'run', count: 1 }) })
    const ended = [{ workerId: 'w1', status: 'rejected' }] as const
    const { item } = advanceTurn(before, 1, 1, 0, { ended, now: NOW + 20_000 })
    expect(item.counts).toEqual({ sandboxSeconds: 20, rejected: 1 })
    expect(append(item, report({ seconds: 12 })).item.counts).toEqual(item.counts)
  })

  test('a turn with its commands and its reply', () => {
    const before = session({ turn: turn({ result: 'j1' }), inbox: [message(1)] })
    const decision = {
      result: 'j1',
      commands: 2,
      spawns: 1,
      replies: true,
      unsent: true,
      silent: false,
    }
    const { item } = acceptTurn(before, 1, 1, { ...decision, used: {}, at: AT })
    expect(item.counts).toEqual({ turns: 1, commands: 2, 'out.http': 1 })
    expect(acceptTurn(item, 1, 1, { ...decision, used: {}, at: AT }).item).toBe(item)
    const sent = acceptTurn(before, 1, 1, { ...decision, unsent: false, used: {}, at: AT }).item
    expect(sent.counts).toEqual({ turns: 1, commands: 2 })
  })

  test("the conductor's sandbox, from one check to the next", () => {
    const conductor = { cliSession: 'c', sandboxId: 's', awakeSince: NOW }
    const first = take(session({ conductor }), NOW + 1_700)
    expect(first.counts).toEqual({ sandboxSeconds: 1 })
    expect(take(first, NOW + 2_000).counts).toEqual({ sandboxSeconds: 2 })
  })
})

describe("the conductor's sandbox is not counted", () => {
  const conductor = { cliSession: 'c', sandboxId: 's', awakeSince: NOW }
  const hours = (n: number) => NOW + n * 3_600_000

  test('while it is paused after a stop', () => {
    const stopped = stopRun(session({ conductor }), '', { models: {}, at: AT }).item
    const { item } = append(stopped, { ...person, now: hours(0.5) })
    expect(take({ ...item, run: { ...item.run, id: 1 } }, hours(0.5)).counts).toEqual(item.counts)
  })

  test('beyond its hour, after which it pauses itself', () => {
    expect(take(session({ conductor }), hours(3)).counts).toEqual({ sandboxSeconds: 3600 })
  })
})

describe('a receipt', () => {
  const models = { nanoUsd: 7 }
  const spent = session({ counts: { turns: 3 }, receipted: { turns: 1, nanoUsd: 2 }, lastSeq: 4 })
  const { item } = closeRun(spent, 1, { models, at: AT })

  test('contains what was spent since the previous one', () => {
    expect(item.pendingEntries).toEqual([
      { seq: 5, kind: 'receipt', run: 1, spent: { turns: 2, nanoUsd: 5 }, at: AT },
    ])
    expect(item.receipted).toEqual({ turns: 3, nanoUsd: 7 })
  })

  test('is not written twice, and not for nothing', () => {
    expect(closeRun(item, 1, { models, at: AT }).item).toBe(item)
    const again = closeRun({ ...item, run: { id: 2, open: true, tries: 0 } }, 2, { models, at: AT })
    expect(again.item.pendingEntries).toEqual(item.pendingEntries)
  })

  test('comes with a stop, too', () => {
    const { item: stopped } = stopRun({ ...spent, busy }, '', { models, at: AT })
    expect(stopped.pendingEntries.at(-1)).toMatchObject({
      kind: 'receipt',
      spent: { turns: 2, ended: 1, nanoUsd: 5 },
    })
  })
})

test('a deleted session is still in the totals', () => {
  const counted = append(session(closed), person).item
  const { counts, days, receipted } = forgetSession(counted, 'c', AT).item
  expect({ counts, days, receipted }).toEqual({
    counts: counted.counts,
    days: counted.days,
    receipted: counted.receipted,
  })
})

describe('a pause', () => {
  const over = { scope: 'session', unit: 'usd', limit: 1, spent: 2 } as const
  const pause = (before: Session) =>
    takeMessages(before, 1, {
      written: { entries: new Set(), marked: new Set() },
      now: NOW,
      budgetCheck: { over: () => over },
      pauseNotice: (_, waiting) => `${waiting} wait`,
    })
  const waits = session({ inbox: [message(1), message(2)], lastSeq: 2 })

  test('holds waiting messages, sends a notice, and closes the run', () => {
    const { item, output } = pause({ ...waits, turn: turn({ messages: [message(1)] }) })
    expect(output).toEqual({ do: 'close' })
    expect(item).toMatchObject({ inbox: [], held: waits.inbox, paused: { ...over, seq: 3 } })
    expect(item.turn).toBeUndefined()
    expect(item.pendingEntries).toMatchObject([{ seq: 3, kind: 'notice', text: '2 wait' }])
  })

  test('waits for workers that are busy', () => {
    const later = { w1: { ...busyWith(1, NOW + 9_000) } }
    expect(pause({ ...waits, busy: later }).output).toEqual({ do: 'await', until: NOW + 9_000 })
  })

  test('lets an accepted turn run its commands first', () => {
    const running = { ...waits, turn: turn({ phase: 'run', count: 1 }) }
    expect(pause(running).output).toMatchObject({ do: 'run' })
  })

  const paused = closeRun(pause(waits).item, 1, ACCOUNT).item

  test('holds a report without opening a run', () => {
    const { item, output } = append(paused, report())
    expect(output).toBeUndefined()
    expect(item.held.map(({ id }) => id)).toEqual(['m1', 'm2', 'w1.1'])
    expect(item.run.open).toBe(false)
  })

  test("ends with a person's next message, which comes after what was held", () => {
    const { item } = append(paused, { ...person, id: 'm9' })
    expect(item.inbox.map(({ id }) => id)).toEqual(['m1', 'm2', 'm9'])
    expect(item).toMatchObject({ held: [], run: { open: true }, raised: {} })
    expect(item).not.toHaveProperty('paused')
  })

  test.each([
    ['a session', 'session', { session: 1, date: '2026-01-01' }],
    ['a day', 'day', { day: 1, date: '2026-01-01' }],
    ['a closed run, which starts anew', 'run', {}],
  ] as const)('raises the budget of %s on request', (_, scope, raised) => {
    const at = { ...paused, paused: { ...over, scope, seq: 3 } }
    expect(raiseAndResume(at, person.now).raised).toEqual(raised)
  })
})
