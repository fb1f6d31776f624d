/** After each command the turn advances to the next, and the session records the effects. */
import { describe, expect, test } from 'vitest'
import { advanceTurn } from '../../../src/protocol/run-commands.ts'
import { busyWith, messages, NOW, session, turn } from './fixtures.ts'

describe('a finished command', () => {
  const before = session({ turn: turn({ phase: 'run', count: 2, next: 1 }), lastSeq: 9 })
  const started = { workerId: 'w1', leg: 1, deadline: 99, reserved: 60, reportId: 'w1.1' }

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
