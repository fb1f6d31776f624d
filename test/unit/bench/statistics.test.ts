/** The arithmetic of the benchmark's report: medians, spreads, counts, marks. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { figure, measured, meetsMark } from '../../../bench/report/figure.ts'
import { median, partsOf, spreadOf, tally } from '../../../bench/report/statistics.ts'

test('the median of an even number of samples is between the middle two', () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, least: 1, most: 4, samples: 4 })
  expect(median([9, 1, 5])).toBe(5)
})

test('half of all samples are on each side of the median, and the range contains all', () => {
  const samples = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 })
  fc.assert(
    fc.property(samples, (values) => {
      const spread = spreadOf(values)
      const below = values.filter((value) => value <= spread.median).length
      const above = values.filter((value) => value >= spread.median).length
      expect(2 * below).toBeGreaterThanOrEqual(values.length)
      expect(2 * above).toBeGreaterThanOrEqual(values.length)
      expect(values.every((value) => spread.least <= value && value <= spread.most)).toBe(true)
    }),
  )
})

test('no samples have no median', () => {
  expect(() => spreadOf([])).toThrow('there are no samples')
})

test('names are counted, the most frequent first, and the rest is summed up', () => {
  const counts = tally(['b', 'a', 'b', 'c', 'b', 'a'])
  expect([...counts]).toEqual([
    ['b', 3],
    ['a', 2],
    ['c', 1],
  ])
  expect(partsOf(counts)).toBe('b 3, a 2, c 1')
  expect(partsOf(counts, 2)).toBe('b 3, a 2, and 1 more')
})

test('a mark is met up to its value, by the median if there are several samples', () => {
  expect(meetsMark(figure('calls', '', 7, { most: 7 }))).toBe(true)
  expect(meetsMark(figure('calls', '', 8, { most: 7 }))).toBe(false)
  expect(meetsMark(figure('calls', '', 8))).toBeUndefined()
  expect(meetsMark(measured('time', 'ms', [1, 2, 300], { most: 2 }))).toBe(true)
})
