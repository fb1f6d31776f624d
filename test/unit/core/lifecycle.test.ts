/** How a run waits, closes, is stopped and forgotten, and its notices. */
import { describe, expect, test } from 'vitest'
import type { Session } from '../../../src/core/session.ts'
import { append } from '../../../src/protocol/append.ts'
import {
  awaitMessage,
  closeRun,
  forgetSession,
  notifyAbandoned,
  reportFailure,
  stopRun,
} from '../../../src/protocol/lifecycle.ts'
import { ACCOUNT, AT, busyWith, closed, message, messages, NOW, session, turn } from './fixtures.ts'

const outstanding: [string, Session][] = [
  ['a message', session({ inbox: [message(1)] })],
  ['a turn', session({ turn: turn() })],
  ['abandoned messages', session({ abandoned: [message(1)] })],
]

const anothers = session({ run: { id: 2, open: true, tries: 0 } })

describe('a run that waits', () => {
  const token = (k: number) => ({ k, value: `token ${k}` })
  const works = { busy: { w1: busyWith(1, NOW) } }
  const { item: waiting, output } = awaitMessage(session(works), 1, token(2))

  test('can be woken by its token', () => {
    expect(output).toBe(true)
    expect(append(waiting, { id: 'm1', from: 'person', size: 1, now: NOW }).output).toEqual({
      run: 1,
      token: 'token 2',
    })
  })

  test('takes a newer token, never an older one', () => {
    const younger = { ...waiting, run: { ...waiting.run, token: token(3) } }
    expect(awaitMessage(waiting, 1, token(3))).toEqual({ item: younger, output: true })
    const asYoung = { k: 2, value: 'another' }
    expect(awaitMessage(waiting, 1, asYoung)).toEqual({ item: waiting, output: true })
    expect(awaitMessage(waiting, 1, token(1))).toEqual({ item: waiting, output: true })
  })

  test.each<[string, Session]>([
    ...outstanding,
    ['another run', anothers],
    ['a closed run', session(closed)],
  ])('does not wait with %s', (_, given) => {
    const before = { ...given, ...works }
    expect(awaitMessage(before, 1, token(1))).toEqual({ item: before, output: false })
  })

  test('does not wait without busy workers', () => {
    expect(awaitMessage(session(), 1, token(1)).output).toBe(false)
  })
})

describe('a run closes', () => {
  test('without its token; its sandbox has its hour until it is paused', () => {
    const conductor = { cliSession: 'c', sandboxId: 's', awakeSince: 5 }
    const run = { id: 1, open: true, tries: 1, token: { k: 1, value: 'token' } }
    const { item, output } = closeRun(session({ run, conductor }), 1, ACCOUNT)
    expect(output).toBe(true)
    expect(item.run).toEqual({ id: 1, open: false, tries: 1 })
    expect(item.conductor).toEqual(conductor)
  })

  test('once', () => {
    const before = session(closed)
    expect(closeRun(before, 1, ACCOUNT)).toEqual({ item: before, output: true })
  })

  test.each<[string, Session]>([
    ...outstanding,
    ['another run', anothers],
  ])('not with %s', (_, before) => {
    expect(closeRun(before, 1, ACCOUNT)).toEqual({ item: before, output: false })
  })
})

describe('abandoned messages', () => {
  const before = session({ abandoned: messages(2), lastSeq: 4 })

  test('leave with their notice', () => {
    const { item, output } = notifyAbandoned(before, 1, 'Sorry.', AT)
    const about = [{ id: 'm1' }, { id: 'm2' }]
    const notice = { seq: 5, kind: 'notice', text: 'Sorry.', at: AT, about }
    expect(output).toBe(true)
    expect(item).toEqual({ ...before, abandoned: [], lastSeq: 5, pendingEntries: [notice] })
  })

  test.each([
    ['there are none', session()],
    ['the run is another one', { ...anothers, abandoned: messages(2) }],
  ])('are reported once: not when %s', (_, other) => {
    expect(notifyAbandoned(other, 1, 'Sorry.', AT)).toEqual({ item: other, output: false })
  })
})

test('a failure is reported and changes nothing else', () => {
  const before = session({ turn: turn(), inbox: [message(1)], lastSeq: 1 })
  const { item, output } = reportFailure(before, 1, 'It failed.', AT)
  // For the operator: senders are notified when the message is given up.
  const notice = { seq: 2, kind: 'notice', text: 'It failed.', at: AT, about: [] }
  expect(output).toBe(true)
  expect(item).toEqual({ ...before, lastSeq: 2, pendingEntries: [notice] })
  expect(reportFailure(anothers, 1, 'It failed.', AT)).toEqual({ item: anothers, output: false })
})

const busy = session({
  run: { id: 3, open: true, tries: 1, token: { k: 1, value: 'token' } },
  inbox: messages(2),
  abandoned: [message(9)],
  turn: turn({ job: 7 }),
  busy: { w1: busyWith(1, 9) },
  seen: { m1: 1 },
  lastSeq: 9,
  lastJob: 7,
  lastTurn: 1,
  lastWorker: 1,
})

describe('a stop', () => {
  const { item, output } = stopRun(busy, 'Stopped.', ACCOUNT)

  test('closes and empties the session in one update, and fences off every earlier job', () => {
    expect(output).toEqual({ run: 3, job: 8 })
    expect(item).not.toHaveProperty('turn')
    expect(item).toMatchObject({
      run: { id: 3, open: false, tries: 1 },
      stopped: 3,
      inbox: [],
      abandoned: [],
      busy: {},
      lastJob: 8,
      seen: { m1: 1 },
      pendingEntries: [
        { seq: 10, kind: 'notice', text: 'Stopped.', at: AT },
        { seq: 11, kind: 'receipt', run: 3, spent: { ended: 1 }, at: AT },
      ],
    })
    expect(item.run).not.toHaveProperty('token')
  })

  test('adds no second receipt to a run that has closed', () => {
    const closed = {
      ...busy,
      run: { id: 3, open: false, tries: 0 },
      busy: {},
      counts: { turns: 1 },
    }
    const { pendingEntries, receipted } = stopRun(closed, 'Stopped.', ACCOUNT).item
    expect(pendingEntries.map(({ kind }) => kind)).toEqual(['notice'])
    expect(receipted).toEqual(closed.receipted)
  })

  test('is followed by the next message in a new run', () => {
    const next = append(item, { id: 'm10', from: 'person', size: 1, now: NOW })
    expect(next.output).toEqual({ run: 4 })
    expect(next.item.inbox).toMatchObject([{ id: 'm10' }])
  })
})

describe('a forgotten session', () => {
  const { item, output } = forgetSession(busy, 'another cli session', AT)

  test('keeps only its counters, so that no name is reused', () => {
    expect(output).toBe(busy)
    expect(item).toEqual({
      ...session(),
      run: { id: 3, open: false, tries: 0 },
      conductor: { cliSession: 'another cli session' },
      stopped: 3,
      lastSeq: 9,
      lastJob: 7,
      lastTurn: 1,
      lastWorker: 1,
      forgottenTo: 9,
      deleted: true,
    })
  })

  test('is forgotten once', () => {
    expect(forgetSession(item, 'a third', AT)).toEqual({ item, output: item })
  })
})
