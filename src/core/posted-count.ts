/** Counts that nodes of the tree of totals post to their parents. */
import { add, heldNanoUsd, rank, type Tally } from './tally.ts'

/** A whole count. */
export interface Count {
  readonly tally: Tally
  /** Grows with each posting, so that an older one never replaces a newer one. */
  readonly rank: number
  /** Whose it is. Counts of earlier versions lack it. */
  readonly sender?: string
  /** What of the reserved is still needed, in billionths of a dollar; all of it if absent, as it is while a run is open. */
  readonly keeps?: number
}

/** Whole counts, by the name of the node that posted them. */
export type Posted = Readonly<Record<string, Count>>

export const countOf = (tally: Tally): Count => ({ tally, rank: rank(tally) })

export const sum = (posted: Posted): Tally =>
  add(...Object.values(posted).map(({ tally }) => tally))

/**
 * Returns the count of a part for its parent. What closed runs have reserved and do not need counts as released. The rank is that
 * of what was posted.
 */
export function partCount(posted: Posted): Count {
  const counts = Object.values(posted)
  return {
    tally: add(...counts.map(withoutUnneeded)),
    rank: counts.reduce((total, { rank }) => total + rank, 0),
  }
}

const withoutUnneeded = ({ tally, keeps }: Count): Tally =>
  keeps === undefined
    ? tally
    : add(tally, { releasedNanoUsd: Math.max(0, heldNanoUsd(tally) - keeps) })

/** Whether a part's count tells its parent something: it is newer, or a run in it has closed. */
export const isNews = (count: Count, known: Count | undefined): boolean =>
  !known ||
  count.rank > known.rank ||
  (count.rank === known.rank && rank(count.tally) !== rank(known.tally))
