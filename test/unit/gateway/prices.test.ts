/** The cost of a response, to the billionth of a dollar. */
import { describe, expect, test } from 'vitest'
import { answerTally, estimate, type Usage } from '../../../src/core/prices.ts'

const usage = (given: Partial<Usage> = {}): Usage => ({
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWrite1h: 0,
  webSearches: 0,
  ...given,
})

/** Dollars per million tokens of each kind, from the price page. */
describe.each([
  ['claude-sonnet-4-5-20250929', 3, 15, 0.3, 3.75, 6],
  ['claude-opus-4-8', 5, 25, 0.5, 6.25, 10],
  ['claude-opus-4-1-20250805', 15, 75, 1.5, 18.75, 30],
  ['claude-opus-5', 5, 25, 0.5, 6.25, 10],
  ['claude-opus-5-5', 4, 20, 0.2, 5, 8],
  ['anthropic.claude-fable-5-2', 8, 40, 0.2, 10, 16],
  ['claude-fable-5-1', 10, 50, 0.25, 12.5, 20],
  ['claude-haiku-4-5-20251001', 1, 5, 0.1, 1.25, 2],
  ['claude-haiku-5-5', 0.1, 0.5, 0.01, 0.125, 0.2],
  ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 3, 15, 0.3, 3.75, 6],
  ['claude-sonnet-5-5[1m]', 2, 10, 0.1, 2.5, 4],
])('%s', (model, input, output, cacheRead, cacheWrite, cacheWrite1h) => {
  test.each([
    ['input', { input: 1_000 }, input],
    ['output', { output: 1_000 }, output],
    ['cache read', { cacheRead: 1_000 }, cacheRead],
    ['cache write', { cacheWrite: 1_000 }, cacheWrite],
    ['cache write for an hour', { cacheWrite: 1_000, cacheWrite1h: 1_000 }, cacheWrite1h],
  ])('%s', (_, used, dollars) => {
    const tally = answerTally(model, usage(used))
    expect(tally.nanoUsd).toBe(Math.round(dollars * 1_000_000))
    expect(tally).not.toHaveProperty('unpriced')
  })
})

test('a response costs the sum of its parts, by kind and model', () => {
  const used = { input: 3, output: 200, cacheRead: 10_000, cacheWrite: 500, cacheWrite1h: 100 }
  expect(answerTally('claude-haiku-4-5', usage({ ...used, webSearches: 2 }))).toEqual({
    answers: 1,
    // 3 x 1,000 + 200 x 5,000 + 10,000 x 100 + 400 x 1,250 + 100 x 2,000, and two cents for the searches.
    nanoUsd: 3_000 + 1_000_000 + 1_000_000 + 500_000 + 200_000 + 20_000_000,
    'tokens.input': 3,
    'tokens.output': 200,
    'tokens.cacheRead': 10_000,
    'tokens.cacheWrite': 500,
    'model.claude-haiku-4-5.input': 3,
    'model.claude-haiku-4-5.output': 200,
    'model.claude-haiku-4-5.cacheRead': 10_000,
    'model.claude-haiku-4-5.cacheWrite': 500,
  })
})

test.each([
  ['at the limit', 50_000, 50_000, 100],
  ['above it', 50_001, 50_000, 500],
])('a long prompt has its own price: %s', (_, input, cacheRead, each) => {
  const tally = answerTally('claude-haiku-5-5', usage({ input, cacheRead }))
  expect(tally.nanoUsd).toBe(input * each + (cacheRead * each) / 10)
})

test.each([
  ['fast mode', { isFast: true }, 2 * 66_000_000],
  ['in the United States', { isInUs: true }, 72_600_000],
  ['both', { isFast: true, isInUs: true }, 145_200_000],
])('every token costs more, and a search the same: %s', (_, more, tokens) => {
  // 1,000 x 4,000 + 3,000 x 20,000 + 10,000 x 200 = 66,000,000.
  const used = { input: 1_000, output: 3_000, cacheRead: 10_000, webSearches: 1 }
  const tally = answerTally('claude-opus-5-5', usage({ ...used, ...more }))
  expect(tally.nanoUsd).toBe(tokens + 10_000_000)
})

test.each([
  'claude-next-9',
  'gpt-x',
  'claude-opus',
  '',
])('a model without a known price is flagged and charged at the highest price: %j', (model) => {
  expect(answerTally(model, usage({ input: 10, output: 10 }))).toMatchObject({
    unpriced: 1,
    nanoUsd: 10 * 15_000 + 10 * 75_000,
  })
})

test('an external name becomes part of a counter only as plain text', () => {
  const names = Object.keys(answerTally(`x${'.é/ '.repeat(50)}`, usage({ input: 1 })))
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9.:@_-]{1,100}$/)
})

test('an estimate consists of transitions, and seconds of functions and sandboxes', () => {
  const tally = { turns: 2, commands: 3, legs: 1, sandboxSeconds: 120, gatewayMs: 1_000 }
  expect(estimate(tally)).toEqual({
    transitions: 16,
    lambdaSeconds: 5.2,
    awsUsd: Number((16 * 0.000025 + 5.2 * 0.5 * 0.0000133334).toFixed(6)),
    sandboxUsd: 0.00444,
  })
})
