/** Summarises repeated measurements by median and range. */

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
  readonly samples: number
}

/** Returns the median and the range. Throws if there is nothing to summarise. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b)
  const [least] = sorted
  const most = sorted.at(-1)
  if (least === undefined || most === undefined) throw new Error('there are no samples')
  return { median: middle(sorted), least, most, samples: sorted.length }
}

export const median = (samples: readonly number[]): number => spreadOf(samples).median

/** The median of an even number of samples is between two of them. */
function middle(sorted: readonly number[]): number {
  const at = (index: number) => sorted[index] ?? Number.NaN
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2
}

export const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0)

/** Returns how often each name occurs, the most frequent first. */
export function tally(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return new Map([...counts].sort(([, a], [, b]) => b - a))
}

/** Returns `TakeMessages 3, ReadTurn 1`: the components of a count, largest first. */
export function partsOf(counts: ReadonlyMap<string, number>, most = 6): string {
  const parts = [...counts].map(([name, count]) => `${name} ${count}`)
  const rest = parts.length - most
  return [...parts.slice(0, most), ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ')
}
