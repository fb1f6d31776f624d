/** The run protocol, explored to the end in small scopes: as it is, and without each of its guards. */
import { describe, expect, test } from 'vitest'
import { type Exploration, explore } from './explored.ts'
import { mutants, mutantWithout } from './mutants.ts'
import { scenarioNamed, scenarios } from './scenarios.ts'
import { product } from './system.ts'
import { traps } from './traps.ts'

const SECONDS = 60_000

const explored = new Map<string, Exploration>()

/** What an exploration found; explored once, whoever asks. */
function once(name: string, exploration: () => Exploration): Exploration {
  const known = explored.get(name) ?? exploration()
  explored.set(name, known)
  return known
}

/** The product in that scenario. */
const asItIs = (name: string) =>
  once(name, () => explore({ system: product, scenario: scenarioNamed(name) }))

const without = (guard: string) =>
  once(`without ${guard}`, () => {
    const { lacks, scenario } = mutantWithout(guard)
    return explore({ system: { ...product, ...lacks }, scenario: scenarioNamed(scenario) })
  })

describe('every path of the product ends well', () => {
  test.each(scenarios.map(({ name }) => name))(
    '%s',
    (name) => {
      const { states, found } = asItIs(name)
      expect(found).toBeUndefined()
      // A scenario in which next to nothing happens would prove nothing.
      expect(states).toBeGreaterThan(1000)
    },
    SECONDS,
  )
})

describe('without a guard a property breaks', () => {
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

describe('a guard that something else covers is not missed', () => {
  test.each(mutants.filter(({ breaks }) => typeof breaks !== 'string'))(
    '$guard: $breaks.coveredBy',
    ({ guard }) => {
      expect(without(guard).found).toBeUndefined()
    },
    SECONDS,
  )
})

describe('the product keeps out of trap', () => {
  test.each(traps)(
    '$trap',
    ({ guard }) => {
      expect(asItIs(mutantWithout(guard).scenario).found).toBeUndefined()
      expect(without(guard).found).toBeDefined()
    },
    SECONDS,
  )
})
