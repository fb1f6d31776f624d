/** What a run takes of all that a fault suite could do. */
import fc from 'fast-check'
import { inject } from 'vitest'

/** `BATON_ALL=1`: everything at full size. Otherwise each run chooses a sample of its own, so that many cover everything. */
export const ALL = process.env.BATON_ALL === '1'

/** By this a run chooses; see seed.ts. */
export const SEED = inject('seed')

/** `count` of the items, in their order: one from each of so many equal parts of the list, so that all of it is met. */
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
