/** The part of a fault suite that one run covers. */
import fc from 'fast-check'
import { inject } from 'vitest'

/**
 * `BATON_ALL=1` runs everything at full size. Otherwise each run chooses its own sample, so that many runs cover
 * everything.
 */
export const ALL = process.env.BATON_ALL === '1'

/** The seed of the choice; see seed.ts. */
export const SEED = inject('seed')

/** Returns `count` of the items in order: one from each of as many equal parts of the list. */
export function sampleOf<Item>(items: readonly Item[], count: number, seed = SEED): Item[] {
  if (ALL || count >= items.length) return [...items]
  const bound = (i: number) => Math.floor((i * items.length) / count)
  const parts = Array.from({ length: count }, (_, i) => items.slice(bound(i), bound(i + 1)))
  const [chosen = []] = fc.sample(fc.tuple(...parts.map((part) => fc.constantFrom(...part))), {
    seed,
    numRuns: 1,
  })
  return chosen
}
