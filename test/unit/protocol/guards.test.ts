/** The run protocol without each of its guards: a property is violated, or something else covers for the guard. */
import { describe, expect, test } from 'vitest'
import { type Exploration, explore } from './explored.ts'
import { mutants, mutantWithout } from './mutants.ts'
import { scenarioNamed, scenarios } from './scenarios.ts'
import { product } from './system.ts'
import { traps } from './traps.ts'

const SECONDS = 60_000

const explored = new Map<string, Exploration>()

/** Findings without a guard; explored once for all tests. */
function without(guard: string): Exploration {
  const { lacks, scenario } = mutantWithout(guard)
  const known =
    explored.get(guard) ??
    explore({ system: { ...product, ...lacks }, scenario: scenarioNamed(scenario) })
  explored.set(guard, known)
  return known
}

describe('without a guard a property is violated', () => {
  test.each(mutants.filter(({ breaks }) => typeof breaks === 'string'))(
    '$guard: $breaks',
    ({ guard, breaks }) => {
      const { found } = without(guard)
      expect(found?.broken.split(' ')[0]).toBe(breaks)
      expect(found?.trace.length).toBeGreaterThan(3)
    },
    SECONDS,
  )
})

describe('a guard that something else covers is not needed', () => {
  test.each(mutants.filter(({ breaks }) => typeof breaks !== 'string'))(
    '$guard: $breaks.coveredBy',
    ({ guard }) => {
      expect(without(guard).found).toBeUndefined()
    },
    SECONDS,
  )
})

/** The exploration of the product in the same scenarios shows that it avoids the traps. */
describe('without its guard the protocol falls into trap', () => {
  test.each(traps)(
    '$trap',
    ({ guard }) => {
      expect(scenarios.map(({ name }) => name)).toContain(mutantWithout(guard).scenario)
      expect(without(guard).found).toBeDefined()
    },
    SECONDS,
  )
})
