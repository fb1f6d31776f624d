/** The run protocol, explored completely in small scopes. */
import { describe, expect, test } from 'vitest'
import { explore } from './explored.ts'
import { scenarios } from './scenarios.ts'
import { product } from './system.ts'

const SECONDS = 60_000

describe('every path of the product ends well', () => {
  test.each(scenarios)(
    '$name',
    (scenario) => {
      const { states, found } = explore({ system: product, scenario })
      expect(found).toBeUndefined()
      // A scenario in which almost nothing happens would prove nothing.
      expect(states).toBeGreaterThan(1000)
    },
    SECONDS,
  )
})
