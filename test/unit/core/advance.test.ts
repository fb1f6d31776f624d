/** After each command the turn advances to the next, and the session records the effects. */
import { describe, expect, test } from 'vitest'
import { withoutTurn } from '../../../src/protocol/guards.ts'
import { closeRun } from '../../../src/protocol/lifecycle.ts'
import { advanceTurn } from '../../../src/protocol/run-commands.ts'
import { ACCOUNT, busyWith, messages, NOW, session, turn } from './fixtures.ts'

describe('a finished command', () => {
  const before = session({ turn: turn({ phase: 'run', count: 2, next: 1 }), lastSeq: 9 })
  const leg = { workerId: 'w1', leg: 1, deadline: 99, reserved: 60, reportId: 'w1.1' }
  const started = [leg]

  test('advances to the next', () => {
    const { item, output } = advanceTurn(before, 1, 1, 1, { now: NOW })
    expect(output).toBe(true)
    expect(item).toEqual({ ...before, turn: turn({ phase: 'run', count: 2, next: 2 }) })
  })

  test.each([
    ['already done', 0],
    ['not due yet', 2],
  ])('changes nothing if it was %s', (_, index) => {
    expect(advanceTurn(before, 1, 1, index, { started, now: NOW })).toEqual({
      item: before,
      output: false,
    })
  })

  test('makes its worker busy', () => {
    expect(advanceTurn(before, 1, 1, 1, { started, now: NOW }).item.busy).toEqual({
      w1: { ...busyWith(1, 99), about: [] },
    })
  })

  test('makes all its workers busy, except one whose report arrived first', () => {
    const legs = ['w1', 'w2', 'w3'].map((workerId) => ({
      ...leg,
      workerId,
      reportId: `${workerId}.1`,
    }))
    const reported = { ...before, seen: { 'w2.1': 8 } }
    const { item } = advanceTurn(reported, 1, 1, 1, { started: legs, now: NOW })
    const busy = { ...busyWith(1, 99), about: [] }
    expect(item.busy).toEqual({ w1: busy, w3: busy })
    expect(item.counts).toEqual({ workers: 3, legs: 3 })
  })

  test('leaves its worker idle if the report arrived first', () => {
    const reported = { ...before, seen: { 'w1.1': 8 } }
    expect(advanceTurn(reported, 1, 1, 1, { started, now: NOW }).item.busy).toEqual({})
  })

  test('frees the workers that it ended', () => {
    const busy = { w1: busyWith(1, 9), w2: busyWith(3, 9) }
    const { item } = advanceTurn({ ...before, busy }, 1, 1, 1, {
      ended: [
        { workerId: 'w2', status: 'accepted' },
        { workerId: 'w7', status: 'accepted' },
      ],
      now: NOW,
    })
    expect(item.busy).toEqual({ w1: busy.w1 })
  })

  test('sends a message to the conductor', () => {
    const { item } = advanceTurn(before, 1, 1, 1, { notice: { id: 't1.1', size: 7 }, now: NOW })
    expect(item).toMatchObject({
      turn: { next: 2 },
      lastSeq: 10,
      seen: { 't1.1': 10 },
      inbox: [{ seq: 10, id: 't1.1', from: 'system', size: 7 }],
      pendingEntries: [{ seq: 10, kind: 'message', id: 't1.1' }],
    })
  })

  test('sends it even if the inbox is full', () => {
    const full = { ...before, inbox: messages(1000) }
    const { item, output } = advanceTurn(full, 1, 1, 1, {
      notice: { id: 't1.1', size: 7 },
      now: NOW,
    })
    expect({ output, waiting: item.inbox.length }).toEqual({ output: true, waiting: 1001 })
  })

  test.each([
    [{ gaveUp: true }, 0],
    [{ gaveUp: false }, 3],
    [{}, 3],
  ])('resets the number of recoveries if it was given up: %j', (done, tries) => {
    const tired = { ...before, run: { id: 1, open: true, tries: 3 } }
    expect(advanceTurn(tired, 1, 1, 1, { ...done, now: NOW }).item.run.tries).toBe(tries)
  })
})

describe('a worker that was judged', () => {
  const before = session({ turn: turn({ phase: 'run', count: 2, next: 1 }) })
  const judged = { workerId: 'w1', outcome: 'revised', met: 1, criteria: 2 } as const
  const once = advanceTurn(before, 1, 1, 1, {
    judged: { ...judged, verificationNanoUsd: 5 },
    now: NOW,
  }).item

  test('stands in the next receipt, by the last verdict and with the cost of all verifications', () => {
    const again = { ...once, turn: before.turn ?? turn() }
    const accepted = { ...judged, outcome: 'accepted', met: 2, verificationNanoUsd: 7 } as const
    const { item } = advanceTurn(again, 1, 1, 1, { judged: accepted, now: NOW })
    const done = withoutTurn({ ...item, counts: { turns: 1 } })
    const { pendingEntries, judged: left } = closeRun(done, 1, ACCOUNT).item
    expect(pendingEntries.at(-1)).toMatchObject({
      kind: 'receipt',
      judged: [{ ...accepted, verificationNanoUsd: 12 }],
    })
    expect(left).toBeUndefined()
  })
})
