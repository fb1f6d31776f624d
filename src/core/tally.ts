/** A tally: what was used, as counters that only grow; added and subtracted by name. */
import type { Channel } from '../channels/index.ts'

export type TokenKind = 'input' | 'output' | 'cacheRead' | 'cacheWrite'

export type Counter =
  /** Messages by channel, from persons and to them: those that a provider took, and replies that are read in the history. */
  | `in.${Channel}`
  | `out.${Channel}`
  /** What the SMS to persons are paid for as. */
  | 'smsSegments'
  | 'turns'
  | 'commands'
  | 'workers'
  | 'legs'
  | 'accepted'
  | 'rejected'
  | 'ended'
  /** Reports of legs that failed, ran out of time or were lost. */
  | 'failedLegs'
  | 'sandboxSeconds'
  /** Answers of models. */
  | 'answers'
  /** What they cost, in billionths of a dollar: prices are whole numbers of them. */
  | 'nanoUsd'
  /** Answers of models that are not in the price table, counted at the dearest price there is. */
  | 'unpriced'
  /** Answers whose usage never came: the gateway died before it was told. */
  | 'unmetered'
  /** Time that answers streamed through the gateway. */
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

/** What was counted since `before`. */
export const since = (now: Tally, before: Tally): Tally => combine(now, before, -1)

export const isEmpty = (tally: Tally) => entriesOf(tally).every(([, value]) => value === 0)

/** Grows with every count, so that an older tally of the same counters is known by it. */
export const rank = (tally: Tally) => entriesOf(tally).reduce((sum, [, value]) => sum + value, 0)

/** A day's part of a tally; `date` is `YYYY-MM-DD` in UTC. */
export interface Day {
  readonly date: string
  readonly tally: Tally
}

export const dateOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

/** Days with a count added to its own; the last two that had any are kept, of which the older may still be posted. */
export function addToDay(days: readonly Day[], delta: Tally, ms: number): readonly Day[] {
  const date = dateOf(ms)
  const today = days.find((day) => day.date === date)?.tally ?? {}
  const others = days.filter((day) => day.date !== date)
  return [...others, { date, tally: add(today, delta) }]
    .sort((a, b) => a.date.localeCompare(b.date))
    .slice(-2)
}
