/**
 * Leases: the share that a session claims of the budgets that all sessions have together, those of a day and of a sender.
 * Spending within it turns what is reserved into what is spent, so others see the same claim, and nothing has to be posted.
 * Only a larger claim is posted, before the request that needs it is sent.
 */
import { addToDay, type Day, dateOf, heldNanoUsd, type Tally } from './tally.ts'

/** A claim that did not exceed the budgets once it was posted. */
export interface Lease {
  readonly date: string
  /** Only requests of this run use it. */
  readonly run: number
  /** What the session had reserved on that day by then, as a counter that only grows, in billionths of a dollar. */
  readonly reservedNanoUsd: number
}

/** A lease is larger than its request by this part of what is free, so that many sessions never hold all of it. */
const SURPLUS = 1 / 16

/** The parts of a ledger that its claims are in. */
interface Claims {
  readonly days: readonly Day[]
  /** Requests under way, by id. */
  readonly inFlight: Readonly<Record<string, Reserved>>
  readonly lease?: Lease
}

interface Reserved {
  /** ms since the epoch. */
  readonly at: number
  /** In billionths of a dollar. */
  readonly reserved?: number
}

const tallyOn = (days: readonly Day[], date: string): Tally =>
  days.find((day) => day.date === date)?.tally ?? {}

/** Returns what requests under way have reserved on a day, in billionths of a dollar. */
export const underWayOn = ({ inFlight }: Pick<Claims, 'inFlight'>, date: string): number =>
  Object.values(inFlight).reduce(
    (sum, { at, reserved = 0 }) => sum + (dateOf(at) === date ? reserved : 0),
    0,
  )

/** Returns what is reserved today and not needed by requests under way. Others may count it as free, if a run has closed. */
export const surplus = (ledger: Claims, now: number): number =>
  Math.max(0, heldNanoUsd(tallyOn(ledger.days, dateOf(now))) - underWayOn(ledger, dateOf(now)))

/** Returns what a request of the run may reserve without posting it. */
export function leased(ledger: Claims, run: number, now: number): number {
  const { lease, days } = ledger
  const date = dateOf(now)
  if (lease?.date !== date || lease.run !== run) return 0
  const { releasedNanoUsd = 0 } = tallyOn(days, date)
  return Math.max(0, lease.reservedNanoUsd - releasedNanoUsd - underWayOn(ledger, date))
}

/** Claims what a request needs, and some of what is then free for those that follow. */
export function claim<Part extends Claims>(
  ledger: Part,
  { reserved, free }: { reserved: number; free: number },
  now: number,
): Part {
  const date = dateOf(now)
  const wanted = reserved + Math.max(0, Math.floor((free - reserved) * SURPLUS))
  const more = underWayOn(ledger, date) + wanted - heldNanoUsd(tallyOn(ledger.days, date))
  return more > 0
    ? { ...ledger, days: addToDay(ledger.days, { reservedNanoUsd: more }, now) }
    : ledger
}

/** Gives back all that requests under way do not need. */
export function releaseSurplus<Part extends Claims>(ledger: Part, now: number): Part {
  const rest = surplus(ledger, now)
  return rest > 0
    ? { ...ledger, days: addToDay(ledger.days, { releasedNanoUsd: rest }, now) }
    : ledger
}

/**
 * Takes what a request under way has cost from what was reserved on its day. If that was another day, takes what it had
 * reserved. What the other requests need stays. `ledger` no longer has the request.
 */
export function useReserved<Part extends Claims>(
  ledger: Part,
  { at, reserved = 0 }: Reserved,
  { nanoUsd = 0 }: Tally,
  now: number,
): Part {
  const date = dateOf(at)
  const spare = heldNanoUsd(tallyOn(ledger.days, date)) - underWayOn(ledger, date)
  const used = Math.min(date === dateOf(now) ? nanoUsd : reserved, spare)
  return used > 0
    ? { ...ledger, days: addToDay(ledger.days, { releasedNanoUsd: used }, at) }
    : ledger
}

/** Returns whether others must hear of a change: the session claims more of a day than before. */
export const claimsMore = (before: readonly Day[], after: readonly Day[]): boolean =>
  after.some(({ date, tally }) => claimed(tally) > claimed(tallyOn(before, date)))

const claimed = (tally: Tally) => (tally.nanoUsd ?? 0) + heldNanoUsd(tally)
