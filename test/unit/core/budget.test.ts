/** Budgets: which one is exceeded, what a raise adds, and how long a leg may still take. */
import { describe, expect, test } from 'vitest'
import { budgets, type ExceededBudget, raisesToContinue } from '../../../src/core/budget.ts'
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

describe('a model request', () => {
  const room = (usd: number, given: object, totals = nothing) =>
    budgetCheck(budgets.parse({ run: { usd } }), totals, NOW).usdRoom(session(given))
  const spent = { ...nothing, models: { nanoUsd: 4e9, reservedNanoUsd: 5e9 } }

  test('may cost what is neither spent nor reserved', () => {
    expect(room(10, {}, spent).free).toBe(1e9)
    expect(room(10, { raised: { run: 1 } }, spent).free).toBe(11e9)
    expect(budgetCheck(budgets.parse({}), spent, NOW).usdRoom(session()).free).toBe(
      Number.POSITIVE_INFINITY,
    )
  })

  test('may cost what other sessions of the day have not reserved', () => {
    const day = { nanoUsd: 1e9, reservedNanoUsd: 9e9, releasedNanoUsd: 7e9 }
    const check = budgetCheck(budgets.parse({ day: { usd: 10 } }), { ...nothing, day }, NOW)
    expect(check.usdRoom(session()).free).toBe(7e9)
  })

  test('lacks only what would not be released', () => {
    expect(room(10, {}, spent).lacks(6e9)).toBeUndefined()
    expect(room(10, {}, spent).lacks(6e9 + 1)).toEqual({
      ...{ scope: 'run', unit: 'usd', limit: 10, spent: 4 },
      next: { usd: 6.000000001, budget: 10 },
    })
  })

  test('of a worker leaves a tenth of the run for the verification of its report', () => {
    const check = budgetCheck(budgets.parse({ run: { usd: 10 } }), spent, NOW)
    const held = { holdsBack: true }
    expect(check.usdRoom(session(), held).free).toBe(0)
    const refused = check.usdRoom(session(), held).lacks(5.5e9)
    expect(refused).toMatchObject({ limit: 10, spent: 4, heldBack: 1, next: { usd: 5.5 } })
    expect(refused && overText(refused)).toContain('spent, $1.0000 held back for verification, and')
    // Of a verifier, or of the conductor.
    expect(check.usdRoom(session()).lacks(5.5e9)).toBeUndefined()
    expect(refused && raisesToContinue(refused, false)).toBe(1)
  })

  test('of a leg is not begun with what is held back', () => {
    const models = dollars(9.5)
    const check = budgetCheck(budgets.parse({ run: { usd: 10 } }), { ...nothing, models }, NOW)
    expect(check.over(session(), ['usd'], { holdsBack: true })).toMatchObject({ heldBack: 1 })
    expect(check.over(session(), ['usd'])).toBeUndefined()
    const other = budgetCheck(budgets.parse({ day: { usd: 10 } }), { ...nothing, day: models }, NOW)
    expect(other.over(session(), ['usd'], { holdsBack: true })).toBeUndefined()
  })

  test('that did not fit exceeds the budget of its run, until it is raised', () => {
    const refused = { run: 1, nanoUsd: 7e9 }
    const check = budgetCheck(budgets.parse({ run: { usd: 10 } }), { ...spent, refused }, NOW)
    expect(check.over(session(), ['usd'])).toMatchObject({ spent: 4, next: { usd: 7 } })
    expect(check.over(session(), ['minutes'])).toBeUndefined()
    expect(check.over(session({ raised: { run: 1 } }), ['usd'])).toBeUndefined()
    expect(check.over(session({ run: { id: 2, open: true, tries: 0 } }), ['usd'])).toBeUndefined()
  })

  test.each([
    ['the limit was reached', {}, false, 1],
    ['the limit was reached, in a new run', {}, true, 0],
    ['it does not fit any more', { next: { usd: 0.05, budget: 0.1 } }, false, 1],
    ['it does not fit any more, in a new run', { next: { usd: 0.05, budget: 0.1 } }, true, 0],
    ['it never fits', { next: { usd: 0.25, budget: 0.1 } }, false, 3],
    ['it never fits, in a new run', { next: { usd: 0.25, budget: 0.1 } }, true, 2],
  ])('says how often the budget must be raised: %s', (_, given, isFresh, times) => {
    const exceeded = { scope: 'run', unit: 'usd', limit: 0.1, spent: 0.08, ...given } as const
    expect(raisesToContinue(exceeded, isFresh)).toBe(times)
  })
})

test('a person is told the costs and how to continue', () => {
  const spent: ExceededBudget = { scope: 'run', unit: 'usd', limit: 0.05, spent: 0.0532 }
  expect(overText(spent)).toBe('The budget of this run is used up: $0.0532 of $0.0500 spent.')
  expect(pauseNotice('main')(spent, 2)).toMatch(
    /^Paused\. .* Messages waiting: 2\..*"continue" or POST \/api\/sessions\/main\/continue/,
  )
})

test('a person is told what there is of the work, and what they may do with it', () => {
  const spent: ExceededBudget = { scope: 'run', unit: 'usd', limit: 0.05, spent: 0.0532 }
  expect(pauseNotice('main', ['w1 has reported.'])(spent, 2)).toMatch(
    /"continue" or POST [\s\S]*"accept as it is"[\s\S]*"stop"[\s\S]*\n\nw1 has reported\.$/,
  )
})

test('a person is told what the next request may cost, and how much is added', () => {
  const next = { usd: 0.25, budget: 0.1 }
  const text = pauseNotice('main')({ scope: 'run', unit: 'usd', limit: 0.1, spent: 0.08, next }, 1)
  expect(text).toContain(
    '$0.0800 of $0.1000 spent, and the next answer of the model may cost up to $0.2500.',
  )
  expect(text).toContain('To add the same amount 3 times and continue')
  const tooSmall = { scope: 'run', unit: 'usd', limit: 0.1, spent: 0, next } as const
  expect(overText(tooSmall)).toMatch(/^The budget of this run is too small: \$0\.0000 of /)
})

test.each([
  ['an unknown scope', { runs: {} }],
  ['an unknown unit', { run: { euros: 1 } }],
  ['nothing to spend', { run: { usd: 0 } }],
  ['half a turn', { run: { turns: 1.5 } }],
])('%s is refused', (_, value) => {
  expect(budgets.safeParse(value).success).toBe(false)
})
