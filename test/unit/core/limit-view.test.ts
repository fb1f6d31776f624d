/** Budgets with what was spent of them, and the forecast of a day. */
import { expect, test } from 'vitest'
import { budgets } from '../../../src/core/budget.ts'
import { limitViews, sessionLimits } from '../../../src/core/limit-view.ts'
import { session } from './fixtures.ts'

const NOON = Date.parse('2026-11-30T12:00:00Z')
const usd = (dollars: number) => ({ nanoUsd: dollars * 1e9 })
const nothing = { today: {}, yesterday: {}, people: [] }

test('only what is limited is shown, and only a day has a forecast', () => {
  const given = budgets.parse({ run: { usd: 1 }, day: { usd: 10, turns: 5 } })
  expect(limitViews(given, { ...nothing, today: { ...usd(2), turns: 4 } }, NOON)).toEqual({
    run: [{ unit: 'usd', limit: 1, spent: null, forecast: null }],
    session: [],
    sender: [],
    day: [
      { unit: 'usd', limit: 10, spent: 2, forecast: 3 },
      { unit: 'turns', limit: 5, spent: 4, forecast: 6 },
    ],
  })
})

test.each([
  ['as it began, yesterday', '2026-11-30T00:00:00Z', 0, 8, 8],
  ['with half of yesterday', '2026-11-30T12:00:00Z', 2, 8, 5],
  ['as it is, at its end', '2026-11-30T23:59:59.999Z', 6, 8, 6],
])('a day ends %s', (_, now, today, yesterday, forecast) => {
  const given = budgets.parse({ day: { usd: 10 } })
  const days = { today: usd(today), yesterday: usd(yesterday), people: [] }
  expect(limitViews(given, days, Date.parse(now)).day[0]?.forecast).toBeCloseTo(forecast, 5)
})

test('of a budget for each sender, who has spent most is shown', () => {
  const given = budgets.parse({ sender: { usd: 3 } })
  const people = [
    { person: '+15550100', tally: usd(1) },
    { person: 'ada@example.com', tally: usd(2) },
  ]
  expect(limitViews(given, { ...nothing, people }, NOON).sender).toEqual([
    { unit: 'usd', limit: 3, spent: 2, forecast: null, person: 'ada@example.com' },
  ])
  expect(limitViews(given, nothing, NOON).sender[0]).toMatchObject({ spent: 0 })
})

test('a session shows its run since the last receipt, with what `continue` has added', () => {
  const given = budgets.parse({ run: { usd: 1 }, session: { turns: 10 } })
  const counted = { counts: { turns: 7 }, receipted: usd(3), raised: { run: 2 } }
  expect(sessionLimits(given, session(counted), usd(5), NOON)).toEqual({
    run: [{ unit: 'usd', limit: 3, spent: 2, forecast: null }],
    session: [{ unit: 'turns', limit: 10, spent: 7, forecast: null }],
  })
})
