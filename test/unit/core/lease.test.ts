/** Leases: sessions claim their share of a day before they spend it, so that no order of steps passes the day's budget. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { admit } from '../../../src/core/admission.ts'
import { claimsMore, leased, releaseSurplus, surplus, underWayOn } from '../../../src/core/lease.ts'
import { countSettled, type Ledger, newLedger, settle } from '../../../src/core/ledger.ts'
import { countOf, isNews, type Posted, partCount, sum } from '../../../src/core/posted-count.ts'
import { dateOf, heldNanoUsd, type Tally } from '../../../src/core/tally.ts'
import { NOW } from './fixtures.ts'

const DATE = dateOf(NOW)
/** The last hour of the day. */
const END = Date.parse(`${DATE}T23:00:00Z`)
const tallyOf = ({ days }: Ledger): Tally => days.find(({ date }) => date === DATE)?.tally ?? {}

/** It reserves `most`, whatever is free. */
const asking = (most: number) => ({
  price: { prompt: most - 1, perToken: 1 },
  wanted: 1,
  least: 1,
  isExact: true,
})

const roomIn = (limit: number, total: Tally) => (_: Tally, own: number) => ({
  free: limit - (total.nanoUsd ?? 0) - heldNanoUsd(total) + own,
  lacks: () => undefined,
})

const request = (id: string, most: number, now = NOW, run = 1) => ({
  ...{ id, run, now, job: 't1#1', ask: asking(most), claims: true },
})

/** A ledger whose first request has claimed 100 and some, and has cost 40. */
const spent = () => {
  const { item } = admit(newLedger, request('a', 100), roomIn(1_700, {}))
  const lease = { date: DATE, run: 1, reservedNanoUsd: 200 }
  return { ...settle(item, 'a', { nanoUsd: 40 }, NOW).item, lease }
}

describe('a session claims', () => {
  test('what a request may cost, and a part of what is free beside it', () => {
    const { item, output } = admit(newLedger, request('a', 100), roomIn(1_700, {}))
    expect(output).toMatchObject({ claims: true })
    expect(tallyOf(item)).toEqual({ reservedNanoUsd: 200 })
  })

  test('the same, however much of it is spent', () => {
    expect(tallyOf(spent())).toEqual({ nanoUsd: 40, reservedNanoUsd: 200, releasedNanoUsd: 40 })
    expect(surplus(spent(), NOW)).toBe(160)
    const { item } = admit(newLedger, request('a', 100), roomIn(1_700, {}))
    expect(claimsMore(item.days, spent().days)).toBe(false)
  })

  test('more if a request has cost more than it could reserve', () => {
    const { item } = admit(newLedger, request('a', 100), roomIn(100, {}))
    const settled = settle(item, 'a', { nanoUsd: 130 }, NOW).item
    expect(claimsMore(item.days, settled.days)).toBe(true)
    expect(tallyOf(settled)).toEqual({ nanoUsd: 130, reservedNanoUsd: 100, releasedNanoUsd: 100 })
  })

  test('nothing without a budget of all sessions', () => {
    const alone = { ...request('a', 100), claims: false }
    expect(admit(newLedger, alone, roomIn(1_700, {})).item.days).toEqual([])
  })
})

describe('requests within a lease need no posting', () => {
  const claims = (ledger: Ledger, most: number, now = NOW, run = 1) =>
    admit(ledger, request('b', most, now, run), roomIn(1e6, tallyOf(ledger))).output

  test('until it is used up', () => {
    expect(claims(spent(), 160)).toMatchObject({ claims: false })
    expect(claims(spent(), 161)).toMatchObject({ claims: true })
  })

  test('in its run and on its day', () => {
    expect(claims(spent(), 100, NOW, 2)).toMatchObject({ claims: true })
    expect(claims(spent(), 100, NOW + 86_400_000)).toMatchObject({ claims: true })
  })

  test('but not within one that was not found to fit', () => {
    const { lease: _, ...unverified } = spent()
    expect(leased(unverified, 1, NOW)).toBe(0)
  })
})

test('a part counts what a closed run does not need as released, under the same rank', () => {
  const tally = { nanoUsd: 40, reservedNanoUsd: 200, releasedNanoUsd: 40 }
  const open = partCount({ 'ledger a': countOf(tally) })
  expect(open).toEqual(countOf(tally))
  const closed = partCount({ 'ledger a': { ...countOf(tally), keeps: 100 } })
  expect(closed).toEqual({ rank: 280, tally: { ...tally, releasedNanoUsd: 100 } })
  expect(isNews(closed, open)).toBe(true)
  expect(isNews(closed, closed)).toBe(false)
})

/** Sessions that spend from one day, with the steps of the gateway and of the end of a run in any order. */
class Day {
  readonly ledgers: Ledger[]
  /** Admitted, but what it claims is not posted or not found to fit yet. */
  readonly unsent = new Map<string, { session: number; run: number; reserved: number }>()
  readonly limit: number
  parts: Posted = {}
  whole: Posted = {}
  runs: number[]
  now = NOW
  #requests = 0

  constructor(limit: number, sessions: number) {
    this.limit = limit
    this.ledgers = Array.from({ length: sessions }, () => newLedger)
    this.runs = Array.from({ length: sessions }, () => 1)
  }

  ledger = (session: number): Ledger => this.ledgers[session] ?? newLedger

  ask(session: number, most: number): void {
    const id = `r${this.#requests++}`
    const run = this.runs[session] ?? 1
    const { item, output } = admit(
      countSettled(this.ledger(session)),
      request(id, most, this.now, run),
      roomIn(this.limit, sum(this.whole)),
    )
    this.ledgers[session] = item
    if (typeof output !== 'object' || !('claims' in output) || !output.claims) return
    const { reservedNanoUsd = 0 } = tallyOf(item)
    this.unsent.set(id, { session, run, reserved: reservedNanoUsd })
  }

  post(session: number, isOpen: boolean): void {
    const ledger = countSettled(this.ledger(session))
    const count = countOf(tallyOf(ledger))
    const keeps = isOpen ? {} : { keeps: underWayOn(ledger, DATE) }
    this.parts = { ...this.parts, [`ledger ${session}`]: { ...count, ...keeps } }
  }

  /** Each session has a part of its own. */
  collect(session: number): void {
    const name = `ledger ${session}`
    const own = this.parts[name]
    if (own) this.whole = { ...this.whole, [name]: partCount({ [name]: own }) }
  }

  /** Posts the oldest claim, and sends its request if it fits. */
  send(): void {
    const [next] = this.unsent
    if (!next) return
    const [id, { session, run, reserved }] = next
    this.post(session, true)
    this.collect(session)
    this.unsent.delete(id)
    const total = sum(this.whole)
    const ledger = this.ledger(session)
    const lease = { date: DATE, run, reservedNanoUsd: reserved }
    const fits = (total.nanoUsd ?? 0) + heldNanoUsd(total) <= this.limit
    this.ledgers[session] = fits
      ? { ...ledger, lease }
      : releaseSurplus(settle(countSettled(ledger), id, {}, this.now).item, this.now)
  }

  /** A claim is posted within seconds. It stays the same day. */
  wait(minutes: number): void {
    while (this.unsent.size > 0) this.send()
    this.now = Math.min(this.now + minutes * 60_000, END)
  }

  settle(session: number, share: number): void {
    const ledger = this.ledger(session)
    const [first] = Object.entries(ledger.inFlight).filter(
      ([id, { settled, waits }]) => !settled && !waits && !this.unsent.has(id),
    )
    if (!first) return
    const [id, each] = first
    const used = { nanoUsd: Math.floor(share * (each.reserved ?? 0)) }
    const inFlight = { ...ledger.inFlight, [id]: { ...each, settled: { used, at: this.now } } }
    this.ledgers[session] = { ...ledger, inFlight }
  }

  close(session: number): void {
    this.runs[session] = (this.runs[session] ?? 1) + 1
    this.post(session, false)
  }

  /** Settles at most so many requests of each session, and closes the runs. */
  end(requests: number): void {
    while (this.unsent.size > 0) this.send()
    for (const n of this.ledgers.keys()) {
      for (let i = 0; i < requests; i++) this.settle(n, 0.5)
      this.close(n)
      this.collect(n)
    }
  }

  /** What was spent, and what requests that were sent may still cost. */
  get used(): number {
    return this.ledgers.map(countSettled).reduce((total, { total: spent, inFlight }) => {
      const sent = Object.entries(inFlight).filter(([id]) => !this.unsent.has(id))
      const reserved = sent.reduce((all, [, each]) => all + (each.reserved ?? 0), 0)
      return total + (spent.nanoUsd ?? 0) + reserved
    }, 0)
  }
}

type Step = (day: Day) => void

const session = fc.nat(1)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(session, fc.integer({ min: 2, max: 400 })).map(
    ([n, most]): Step =>
      (day) =>
        day.ask(n, most),
  ),
  fc.constant<Step>((day) => day.send()),
  fc.tuple(session, fc.double({ min: 0, max: 1, noNaN: true })).map(
    ([n, share]): Step =>
      (day) =>
        day.settle(n, share),
  ),
  session.map(
    (n): Step =>
      (day) =>
        day.close(n),
  ),
  session.map(
    (n): Step =>
      (day) =>
        day.collect(n),
  ),
  fc.integer({ min: 1, max: 40 }).map(
    (minutes): Step =>
      (day) =>
        day.wait(minutes),
  ),
)

test('no order of steps of several sessions passes the budget of a day, nor locks what nobody spends', () => {
  const steps = fc.array(step, { minLength: 20, maxLength: 60 })
  fc.assert(
    fc.property(steps, fc.nat(1_500), (all, limit) => {
      const day = new Day(limit, 2)
      for (const act of all) {
        act(day)
        expect(day.used).toBeLessThanOrEqual(limit)
      }
      day.end(all.length)
      // Everything is settled, so all of the rest is free.
      const total = sum(day.whole)
      expect(heldNanoUsd(total)).toBe(0)
      expect(total.nanoUsd ?? 0).toBe(day.used)
    }),
    { numRuns: 500 },
  )
})
