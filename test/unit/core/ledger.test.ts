/** The ledger counts each response once, and tracks requests in flight. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Admitted, admit } from '../../../src/core/admission.ts'
import type { ExceededBudget, UsdRoom } from '../../../src/core/budget.ts'
import {
  countDelivery,
  countSettled,
  type Ledger,
  newLedger,
  settle,
  usedBy,
} from '../../../src/core/ledger.ts'
import { add, type Tally } from '../../../src/core/tally.ts'
import { NOW } from './fixtures.ts'

const free = (): UsdRoom => ({ free: Number.POSITIVE_INFINITY, lacks: () => undefined })
const over: ExceededBudget = { scope: 'run', unit: 'usd', limit: 1, spent: 2 }
/** It costs 10 for its prompt and 1 for each token of an answer of up to 90 tokens. */
const ask = { price: { prompt: 10, perToken: 1 }, wanted: 90, least: 5, isExact: true }
const request = (id: string, job = 't1#1', now = NOW) => ({ id, job, now, run: 1, ask })
/** A budget for models, in billionths of a dollar. */
const limited =
  (limit: number) =>
  ({ nanoUsd = 0, reservedNanoUsd = 0 }: Tally): UsdRoom => ({
    free: limit - nanoUsd - reservedNanoUsd,
    lacks: (more) => (nanoUsd + more > limit ? over : undefined),
  })
const isAdmitted = (output: Admitted) => typeof output === 'object' && 'maxTokens' in output
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

test('a refused one is not, and what it needs is remembered for its run', () => {
  const { item, output } = admit(newLedger, request('a'), limited(14))
  expect(output).toEqual({ over })
  expect(item).toMatchObject({ inFlight: {}, refused: { run: 1, nanoUsd: 15 } })
})

describe('a request reserves what it may cost at most', () => {
  const reserved = ({ inFlight }: Ledger) =>
    Object.values(inFlight).map((each) => each.reserved ?? 0)

  test('until it is settled', () => {
    const { item, output } = admit(newLedger, request('a'), limited(1_000))
    expect(output).toEqual({ maxTokens: 90, claims: false })
    expect(reserved(item)).toEqual([100])
    const settled = settle(item, 'a', { nanoUsd: 40 }, NOW).item
    expect(settled).toMatchObject({ total: { nanoUsd: 40 }, inFlight: {} })
  })

  test('with a shorter answer if that is all that fits', () => {
    const { item, output } = admit(newLedger, request('a'), limited(60))
    expect(output).toEqual({ maxTokens: 50, claims: false })
    expect(reserved(item)).toEqual([60])
  })

  test('or waits until another one releases what it reserved', () => {
    const first = admit(newLedger, request('a'), limited(100)).item
    const second = admit(first, request('b'), limited(100))
    expect(second.output).toBe('later')
    const again = admit(second.item, request('b'), limited(100))
    expect(again).toEqual({ item: second.item, output: 'later' })
    const settled = settle(again.item, 'a', { nanoUsd: 40 }, NOW).item
    const third = admit(settled, request('b'), limited(100))
    expect(third.output).toEqual({ maxTokens: 50, claims: false })
    expect(reserved(third.item)).toEqual([60])
  })

  test('and counts as spent if its function died', () => {
    const first = admit(newLedger, request('a'), limited(100)).item
    const late = admit(first, request('b', 't1#1', NOW + 17 * 60_000), limited(150)).item
    expect(late).toMatchObject({ total: { unmetered: 1, nanoUsd: 100 } })
    expect(reserved(late)).toEqual([50])
  })

  test('and is counted exactly before it is refused, shortened or waits', () => {
    const estimated = { ...request('a'), ask: { ...ask, isExact: false } }
    for (const limit of [14, 60])
      expect(admit(newLedger, estimated, limited(limit))).toEqual({
        item: newLedger,
        output: 'count',
      })
    expect(admit(newLedger, estimated, limited(100)).output).toMatchObject({ maxTokens: 90 })
  })

  test('so that no order of requests passes the budget', () => {
    const id = fc.constantFrom(...'abcdefgh')
    const step = fc.record({
      id,
      settles: fc.boolean(),
      prompt: fc.nat(300),
      wanted: fc.integer({ min: 1, max: 500 }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(2_000), (steps, limit) => {
        let ledger = newLedger
        for (const { id, settles, prompt, wanted, part } of steps) {
          const { reserved = 0, waits } = ledger.inFlight[id] ?? { waits: true }
          if (!waits && settles)
            ledger = settle(ledger, id, { nanoUsd: Math.floor(part * reserved) }, NOW).item
          else if (waits)
            ledger = admit(
              ledger,
              { ...request(id), ask: { ...ask, price: { prompt, perToken: 1 }, wanted, least: 1 } },
              limited(limit),
            ).item
          const held = Object.values(ledger.inFlight).reduce(
            (sum, { reserved = 0 }) => sum + reserved,
            0,
          )
          expect((ledger.total.nanoUsd ?? 0) + held).toBeLessThanOrEqual(limit)
        }
      }),
    )
  })
})

test('a job has a limit of requests in flight, separate from other jobs', () => {
  const many = admitted(...Array.from({ length: 16 }, (_, i) => `r${i}`))
  expect(admit(many, request('one more'), free)).toEqual({ item: many, output: 'busy' })
  expect(isAdmitted(admit(many, request('another', 'w1.1#1'), free).output)).toBe(true)
  const settled = settle(many, 'r3', {}, NOW).item
  expect(isAdmitted(admit(settled, request('one more'), free).output)).toBe(true)
})

test('requests that wait count towards the limit of their job, and are forgotten if they are left', () => {
  const ids = Array.from({ length: 16 }, (_, i) => `r${i}`)
  const all = ids.reduce<Ledger>(
    (ledger, id) => admit(ledger, request(id), limited(100)).item,
    newLedger,
  )
  expect(admit(all, request('one more'), limited(100)).output).toBe('busy')
  const later = admit(all, request('z', 't1#1', NOW + 17 * 60_000), limited(1_000)).item
  expect(later).toMatchObject({ total: { unmetered: 1 } })
  expect(Object.keys(later.inFlight)).toEqual(['z'])
})

test('a second settlement changes nothing', () => {
  const { item } = settle(admitted('a'), 'a', { nanoUsd: 5 }, NOW)
  expect(settle(item, 'a', { nanoUsd: 5 }, NOW)).toEqual({ item, output: false })
})

test('requests that have ended are counted by whoever looks next, in their order', () => {
  const settled = (nanoUsd: number, at: number) => ({ used: { nanoUsd }, at, isAnswer: true })
  const { inFlight, ...ledger } = admitted('a', 'b', 'c')
  const { a, b, c } = inFlight
  const stored = {
    ...ledger,
    troubles: [
      { job: 't1#1', trouble: { kind: 'silent', since: NOW, at: NOW, count: 1 } as const },
    ],
    inFlight: {
      ...(a && { a: { ...a, settled: settled(1, NOW + 86_400_000) } }),
      ...(b && { b }),
      ...(c && { c: { ...c, settled: settled(2, NOW) } }),
    },
  }
  const counted = countSettled(stored)
  expect(counted).toMatchObject({
    total: { nanoUsd: 3 },
    days: [
      { date: '2026-01-01', tally: { nanoUsd: 2 } },
      { date: '2026-01-02', tally: { nanoUsd: 1 } },
    ],
    troubles: [],
  })
  expect(Object.keys(counted.inFlight)).toEqual(['b'])
  expect(countSettled(counted)).toBe(counted)
})

test('a delivery is counted once, by name', () => {
  const used = { 'out.sms': 1, smsSegments: 2 }
  const { item, output } = countDelivery(newLedger, '2.reply.x', used, NOW)
  expect(output).toBe(true)
  expect(item).toMatchObject({ total: used, days: [{ date: '2026-01-01', tally: used }] })
  expect(countDelivery(item, '2.reply.x', used, NOW)).toEqual({ item, output: false })
  expect(countDelivery(item, '3.reply.x', used, NOW).item.total).toEqual(add(used, used))
})

/** Returns a ledger in which one request after the other was admitted and has ended: id, job and cost of each. */
const settled = (
  jobs: readonly (readonly [id: string, job: string, nanoUsd: number])[],
  ledger = newLedger,
  now = NOW,
) =>
  jobs.reduce<Ledger>((before, [id, job, nanoUsd]) => {
    const open = admit(before, request(id, job, now), free).item
    return settle(open, id, { nanoUsd }, now).item
  }, ledger)

test('usage is shown by turn and leg', () => {
  const ledger = settled([
    ['a', 't1#1', 1],
    ['b', 't1#2', 2],
    ['d', 'w1.1#1', 8],
    ['e', 'w11.1#1', 16],
    ['f', 'w1v1.1#1', 32],
  ])
  expect(usedBy(ledger, undefined, 1)).toEqual({ nanoUsd: 3 })
  expect(usedBy(ledger, 'w1', 1)).toEqual({ nanoUsd: 8 })
  expect(usedBy(ledger, 'w1v1', 1)).toEqual({ nanoUsd: 32 })
  expect(ledger.total).toMatchObject({ nanoUsd: 59 })
})

test('what has been reported is not kept, so that the item does not grow', () => {
  const ledger = settled([
    ['a', 't1#1', 1],
    ['b', 'w1.1#1', 2],
    ['c', 't12#2', 4],
    ['d', 'w1.2#2', 8],
    ['e', 'w2.1#1', 16],
  ])
  expect(ledger.jobs.map(({ job }) => job)).toEqual(['t12#2', 'w1.2#2', 'w2.1#1'])
  // A job of a turn that is over ends late.
  const late = settled([['f', 't11#1', 32]], ledger)
  expect(usedBy(late, undefined, 12)).toEqual({ nanoUsd: 4 })
  const nextDay = settled([['g', 't13#1', 64]], late, NOW + 24 * 3_600_000)
  expect(nextDay.jobs.map(({ job }) => job)).toEqual(['t13#1'])
  expect(nextDay.total).toEqual({ nanoUsd: 127 })
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
