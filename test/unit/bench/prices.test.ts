/** Usage in dollars. */
import { expect, test } from 'vitest'
import { type Consumption, dollarsBy, dollarsOf, PRICES } from '../../../bench/prices.ts'

const nothing: Consumption = {
  transition: 0,
  invocation: 0,
  gbSecond: 0,
  writeUnit: 0,
  readUnit: 0,
  queueRequest: 0,
  apiRequest: 0,
  objectPut: 0,
  objectGet: 0,
  secretRead: 0,
}

test.each([
  ['transition', 25],
  ['invocation', 0.2],
  ['writeUnit', 0.625],
  ['readUnit', 0.125],
  ['queueRequest', 0.5],
  ['apiRequest', 1],
  ['objectPut', 5],
  ['objectGet', 0.4],
  ['secretRead', 5],
] as const)('a million of %s costs $%d', (kind, dollars) => {
  expect(dollarsOf({ ...nothing, [kind]: 1_000_000 }, 'us-east-1')).toBeCloseTo(dollars, 6)
})

test('the total is the sum of all kinds, highest first', () => {
  const used = { ...nothing, transition: 10, writeUnit: 40, invocation: 10 }
  const kinds = dollarsBy(used, 'us-east-1')
  expect([...kinds.keys()].slice(0, 3)).toEqual(['transition', 'writeUnit', 'invocation'])
  expect(1_000 * dollarsOf(used, 'us-east-1')).toBeCloseTo(0.25 + 0.025 + 0.002, 9)
})

test('nothing is cheaper in Ireland', () => {
  for (const [kind, price] of Object.entries(PRICES['us-east-1']))
    expect(Reflect.get(PRICES['eu-west-1'], kind)).toBeGreaterThanOrEqual(price)
})
