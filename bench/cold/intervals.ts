/** Spans of time: which of them follow one another, and how long they last where those at the same time count once. */

export interface Interval {
  readonly from: number
  readonly to: number
}

/** A start of something, which can lead to others from `called` on and lasts until `ended`. */
interface Start {
  readonly began: number
  readonly called: number
  readonly ended: number
}

/**
 * Returns the starts that have to be waited for one after another, in their order: of all sequences in which each begins
 * when the one before it was through, the one that takes the longest. So of starts at the same time the longer one counts.
 */
export function inARow<S extends Start>(starts: readonly S[]): S[] {
  const best: { readonly row: readonly S[]; readonly ms: number }[] = []
  const sorted = starts.toSorted((a, b) => a.called - b.called)
  for (const start of sorted) {
    const before = best
      .filter(({ row }) => (row.at(-1)?.called ?? 0) <= start.began)
      .reduce((a, b) => (b.ms > a.ms ? b : a), { row: [], ms: 0 })
    best.push({ row: [...before.row, start], ms: before.ms + start.ended - start.began })
  }
  return [...best.reduce((a, b) => (b.ms > a.ms ? b : a), { row: [] as readonly S[], ms: 0 }).row]
}

/** Returns how long at least one of them lasts. */
export function coveredMs(intervals: readonly Interval[]): number {
  let total = 0
  let until = Number.NEGATIVE_INFINITY
  for (const { from, to } of intervals.toSorted((a, b) => a.from - b.from)) {
    total += Math.max(0, to - Math.max(from, until))
    until = Math.max(until, to)
  }
  return total
}

/** Returns what is left of an interval without the others. */
export function without(interval: Interval, others: readonly Interval[]): Interval[] {
  return others.reduce<Interval[]>(
    (parts, other) =>
      parts
        .flatMap(({ from, to }) => [
          { from, to: Math.min(to, other.from) },
          { from: Math.max(from, other.to), to },
        ])
        .filter(({ from, to }) => to > from),
    [interval],
  )
}
