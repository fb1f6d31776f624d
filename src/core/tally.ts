/** Tallies: counters of what was used, which only grow. They are added and subtracted by name. */
import type { Channel } from '../channels/index.ts'

export type TokenKind = 'input' | 'output' | 'cacheRead' | 'cacheWrite'

export type Counter =
  /** Messages from and to people, by channel: those a provider accepted, and replies read in the history. */
  | `in.${Channel}`
  | `out.${Channel}`
  /** SMS are billed by segment. */
  | 'smsSegments'
  | 'turns'
  | 'commands'
  | 'workers'
  | 'legs'
  | 'accepted'
  | 'rejected'
  | 'ended'
  /** Legs that failed, timed out or were lost. */
  | 'failedLegs'
  | 'sandboxSeconds'
  /** Model responses. */
  | 'answers'
  /** Their cost in billionths of a dollar, because prices are whole numbers of these. */
  | 'nanoUsd'
  /** Verifications for which a verifier was started, and the part of the cost that is theirs. */
  | 'verifications'
  | 'verificationNanoUsd'
  /** Responses of models missing from the price table, counted at the highest price. */
  | 'unpriced'
  /** Responses whose usage is unknown, because the gateway died before it arrived. */
  | 'unmetered'
  /**
   * What was reserved for requests under way, and what was released again, in billionths of a dollar. Only days count it;
   * the difference is reserved now.
   */
  | 'reservedNanoUsd'
  | 'releasedNanoUsd'
  /** Time that responses took to stream through the gateway. */
  | 'gatewayMs'
  | `tokens.${TokenKind}`
  | `model.${string}.${TokenKind}`

/** An absent counter is 0. */
export type Tally = Readonly<Partial<Record<Counter, number>>>

type Entries = [Counter, number][]
const entriesOf = (tally: Tally) => Object.entries(tally) as Entries

function combine(a: Tally, b: Tally, sign: 1 | -1): Tally {
  const sum: Partial<Record<Counter, number>> = { ...a }
  for (const [name, value] of entriesOf(b)) {
    const total = (sum[name] ?? 0) + sign * value
    if (total === 0) delete sum[name]
    else sum[name] = total
  }
  return sum
}

export const add = (...tallies: readonly Tally[]): Tally =>
  tallies.reduce((sum, tally) => combine(sum, tally, 1), {})

/** Returns what was counted since `before`. */
export const since = (now: Tally, before: Tally): Tally => combine(now, before, -1)

export const isEmpty = (tally: Tally) => entriesOf(tally).every(([, value]) => value === 0)

/** Grows with every count, so that the older of two tallies of the same counters has the lower rank. */
export const rank = (tally: Tally) => entriesOf(tally).reduce((sum, [, value]) => sum + value, 0)

/** Returns what is reserved for requests under way, in billionths of a dollar. */
export const heldNanoUsd = ({ reservedNanoUsd = 0, releasedNanoUsd = 0 }: Tally) =>
  reservedNanoUsd - releasedNanoUsd

/** Returns the names of the models that a tally counts. */
export const modelNames = (tally: Tally): readonly string[] => [
  ...new Set(
    Object.keys(tally).flatMap(
      (name) => /^model\.(?<model>.+)\.[A-Za-z]+$/.exec(name)?.groups?.model ?? [],
    ),
  ),
]

/** A day's part of a tally; `date` is `YYYY-MM-DD` in UTC. */
export interface Day {
  readonly date: string
  readonly tally: Tally
}

export const dateOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

/** The month of a date. */
export const monthOf = (date: string) => date.slice(0, 'YYYY-MM'.length)

export const DAY_MS = 86_400_000

/** The last `days` days up to `ms`, oldest first. */
export const datesOf = (ms: number, days: number): readonly string[] =>
  Array.from({ length: days }, (_, i) => dateOf(ms - i * DAY_MS)).reverse()

/** Adds a count to its day. Keeps the last two days with counts, because the older may not have been posted yet. */
export function addToDay(days: readonly Day[], delta: Tally, ms: number): readonly Day[] {
  const date = dateOf(ms)
  const today = days.find((day) => day.date === date)?.tally ?? {}
  const others = days.filter((day) => day.date !== date)
  return [...others, { date, tally: add(today, delta) }]
    .sort((a, b) => a.date.localeCompare(b.date))
    .slice(-2)
}
