/** Budgets: which one is exceeded, what a raise adds, and how long a leg may still take. */
import { describe, expect, test } from 'vitest'
import { budgets, type ExceededBudget } from '../../../src/core/budget.ts'
import { budgetCheck } from '../../../src/core/budget-check.ts'
import { overText, pauseNotice } from '../../../src/core/receipt.ts'
import { busyWith, NOW, session } from './fixtures.ts'

const all = ['usd', 'turns', 'workers', 'minutes'] as const
const nothing = { models: {}, sender: {}, day: {} }
const dollars = (usd: number) => ({ nanoUsd: usd * 1e9 })
const over = (
  limits: object,
  { given = {}, elsewhere = nothing }: { given?: object; elsewhere?: typeof nothing } = {},
) => budgetCheck(budgets.parse(limits), elsewhere, NOW).over(session(given), all)

describe('a budget is exceeded', () => {
  test.each<[string, object, object, Partial<ExceededBudget>]>([
    ['run', { run: { turns: 2 } }, { counts: { turns: 2 } }, { scope: 'run', unit: 'turns' }],
    ['session', { session: { workers: 1 } }, { counts: { workers: 1 } }, { unit: 'workers' }],
    ['minutes', { run: { minutes: 2 } }, { counts: { sandboxSeconds: 120 } }, { spent: 2 }],
    [
      'since the last receipt',
      { run: { turns: 2 } },
      { counts: { turns: 5 }, receipted: { turns: 3 } },
      { spent: 2 },
    ],
  ])('%s', (_, limits, given, expected) => {
    expect(over(limits, { given })).toMatchObject(expected)
  })

  test.each(['run', 'session'])('of the %s, by what models cost', (scope) => {
    const elsewhere = { ...nothing, models: dollars(5) }
    expect(over({ [scope]: { usd: 5 } }, { elsewhere })).toMatchObject({ scope, spent: 5 })
    expect(over({ [scope]: { usd: 5.01 } }, { elsewhere })).toBeUndefined()
  })

  test.each(['sender', 'day'])('of the %s, by everybody together', (scope) => {
    const elsewhere = { ...nothing, [scope]: { turns: 9 } }
    expect(over({ [scope]: { turns: 9 } }, { elsewhere })).toMatchObject({ scope })
  })

  test('never, without a limit', () => {
    const elsewhere = { models: dollars(1e6), sender: dollars(1e6), day: dollars(1e6) }
    expect(over({}, { elsewhere })).toBeUndefined()
  })
})

describe('a raise', () => {
  const given = (raised: object) => ({ counts: { turns: 2 }, raised })

  test('adds the budget once more', () => {
    expect(over({ session: { turns: 2 } }, { given: given({ session: 1 }) })).toBeUndefined()
    expect(over({ session: { turns: 1 } }, { given: given({ session: 1 }) })).toMatchObject({
      limit: 2,
    })
  })

  test('of a daily budget ends with the day', () => {
    const elsewhere = { ...nothing, day: { turns: 2 } }
    const raised = (date: string) => ({ elsewhere, given: { raised: { day: 1, date } } })
    expect(over({ day: { turns: 2 } }, raised('2026-01-01'))).toBeUndefined()
    expect(over({ day: { turns: 2 } }, raised('2025-12-31'))).toBeDefined()
  })
})

describe('a leg', () => {
  const seconds = (minutes: number, given: object = {}) =>
    budgetCheck(budgets.parse({ run: { minutes } }), nothing, NOW).legSeconds(session(given), 15)

  test('may use what is neither spent nor reserved', () => {
    const busy = { w1: { ...busyWith(1, NOW), reserved: 100 } }
    expect(seconds(10, { busy, counts: { sandboxSeconds: 200 } })).toBe(300)
  })

  test('is refused if almost nothing is left', () => {
    expect(seconds(10, { counts: { sandboxSeconds: 590 } })).toMatchObject({ unit: 'minutes' })
  })

  test('has no limit without a budget of minutes', () => {
    const check = budgetCheck(budgets.parse({}), nothing, NOW)
    expect(check.legSeconds(session(), 15)).toBe(Number.POSITIVE_INFINITY)
  })
})

test('a person is told the costs and how to continue', () => {
  const spent: ExceededBudget = { scope: 'run', unit: 'usd', limit: 0.05, spent: 0.0532 }
  expect(overText(spent)).toBe('The budget of this run is used up: $0.0532 of $0.0500 spent.')
  expect(pauseNotice('main')(spent, 2)).toMatch(
    /^Paused\. .* Messages waiting: 2\..*"continue" or POST \/api\/sessions\/main\/continue/,
  )
})

test.each([
  ['an unknown scope', { runs: {} }],
  ['an unknown unit', { run: { euros: 1 } }],
  ['nothing to spend', { run: { usd: 0 } }],
  ['half a turn', { run: { turns: 1.5 } }],
])('%s is refused', (_, value) => {
  expect(budgets.safeParse(value).success).toBe(false)
})
