/** The budget of bundles: the recorded values, and what they allow. */
import { expect, test } from 'vitest'
import { allowanceFor, limitsOf } from '../../../bench/bundles/budget.ts'

const measured = { bytes: 400_000, modules: 300, heapKb: 4_000.4, importRatio: 0.8449 }

test('a bundle has room for a few lines, and no more', () => {
  expect(allowanceFor(measured)).toEqual({
    bytes: 408_000,
    modules: 300,
    heapKb: 4_001,
    importRatio: 0.84,
  })
})

test('bytes must not exceed the budget, other values have a margin for variation', () => {
  const allowance = allowanceFor(measured)
  const limits = limitsOf(allowance)
  expect(limits.bytes).toBe(allowance.bytes)
  for (const part of ['modules', 'heapKb', 'importRatio'] as const)
    expect(limits[part]).toBeGreaterThan(measured[part])
  // A whole new SDK does not fit in: it adds half as much to the import.
  expect(limits.heapKb).toBeLessThan(1.5 * measured.heapKb)
  expect(limits.importRatio).toBeLessThan(2 * measured.importRatio)
})
