/** The ledger counts each response once, and tracks requests in flight. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  admit,
  countDelivery,
  type Ledger,
  newLedger,
  settle,
  usedBy,
} from '../../../src/core/ledger.ts'
import { add, type Tally } from '../../../src/core/tally.ts'
import { NOW } from './fixtures.ts'

const free = () => undefined
const over = { scope: 'run', unit: 'usd', limit: 1, spent: 2 } as const
const request = (id: string, job = 't1#1', now = NOW) => ({ id, job, now })
const admitted = (...ids: string[]) =>
  ids.reduce<Ledger>((ledger, id) => admit(ledger, request(id), free).item, newLedger)

test('an admitted request is in flight until it is settled', () => {
  const ledger = admitted('a', 'b')
  expect(Object.keys(ledger.inFlight)).toEqual(['a', 'b'])
  const { item, output } = settle(ledger, 'a', { nanoUsd: 5 }, NOW)
  expect(output).toBe(true)
  expect(Object.keys(item.inFlight)).toEqual(['b'])
  expect(item).toMatchObject({ total: { nanoUsd: 5 }, days: [{ date: '2026-01-01' }] })
})

test('a refused one is not', () => {
  const { item, output } = admit(newLedger, request('a'), () => over)
  expect(output).toBe(over)
  expect(item).toBe(newLedger)
})

test('a job has a limit of requests in flight, separate from other jobs', () => {
  const many = admitted(...Array.from({ length: 16 }, (_, i) => `r${i}`))
  expect(admit(many, request('one more'), free)).toEqual({ item: many, output: 'busy' })
  expect(admit(many, request('another', 'w1.1#1'), free).output).toBe('admitted')
  const settled = settle(many, 'r3', {}, NOW).item
  expect(admit(settled, request('one more'), free).output).toBe('admitted')
})

test('the budget is checked against settled requests', () => {
  const { item } = settle(admitted('a'), 'a', { nanoUsd: 5 }, NOW)
  let seen: Tally = {}
  admit(item, request('b'), (spent) => {
    seen = spent
    return undefined
  })
  expect(seen).toEqual({ nanoUsd: 5 })
})

test('a second settlement changes nothing', () => {
  const { item } = settle(admitted('a'), 'a', { nanoUsd: 5 }, NOW)
  expect(settle(item, 'a', { nanoUsd: 5 }, NOW)).toEqual({ item, output: false })
})

test('a delivery is counted once, by name', () => {
  const used = { 'out.sms': 1, smsSegments: 2 }
  const { item, output } = countDelivery(newLedger, '2.reply.x', used, NOW)
  expect(output).toBe(true)
  expect(item).toMatchObject({ total: used, days: [{ date: '2026-01-01', tally: used }] })
  expect(countDelivery(item, '2.reply.x', used, NOW)).toEqual({ item, output: false })
  expect(countDelivery(item, '3.reply.x', used, NOW).item.total).toEqual(add(used, used))
})

test('usage is shown by turn and leg', () => {
  const jobs = [
    ['a', 't1#1', 1],
    ['b', 't1#2', 2],
    ['c', 't12#3', 4],
    ['d', 'w1.1#1', 8],
    ['e', 'w11.1#1', 16],
  ] as const
  const ledger = jobs.reduce<Ledger>((before, [id, job, nanoUsd]) => {
    const open = admit(before, request(id, job), free).item
    return settle(open, id, { nanoUsd }, NOW).item
  }, newLedger)
  expect(usedBy(ledger, undefined, 1)).toEqual({ nanoUsd: 3 })
  expect(usedBy(ledger, 'w1', 1)).toEqual({ nanoUsd: 8 })
  expect(ledger.total).toEqual({ nanoUsd: 31 })
})

test('an unsettled response is counted as unmetered once its function must have ended', () => {
  const later = admit(admitted('a'), request('b', 't1#1', NOW + 17 * 60_000), free).item
  expect(later).toMatchObject({ total: { unmetered: 1 }, inFlight: { b: {} } })
  expect(settle(later, 'a', { nanoUsd: 5 }, NOW).output).toBe(false)
})

describe('any order of requests, settlements and repetitions', () => {
  const ids = fc.constantFrom('a', 'b', 'c', 'd')
  const actions = fc.array(fc.tuple(ids, fc.boolean()), { maxLength: 30 })

  test('counts each settled request once', () => {
    fc.assert(
      fc.property(actions, (all) => {
        let ledger = admitted('a', 'b', 'c', 'd')
        const settled = new Set<string>()
        for (const [id, repeated] of all) {
          for (let i = 0; i <= Number(repeated); i++)
            ledger = settle(ledger, id, { answers: 1, nanoUsd: id.charCodeAt(0) }, NOW).item
          settled.add(id)
        }
        const expected = add(
          ...[...settled].map((id): Tally => ({ answers: 1, nanoUsd: id.charCodeAt(0) })),
        )
        expect(ledger.total).toEqual(expected)
        expect(add(...ledger.days.map(({ tally }) => tally))).toEqual(expected)
      }),
    )
  })
})
