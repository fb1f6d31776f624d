/** Schedules fire when EventBridge would fire them, in UTC. */
import { expect, test } from 'vitest'
import { scheduleExpression } from '../src/schedule-expression.ts'

test.each([
  ['rate(1 minute)', '2026-11-23T03:32:10Z', '2026-11-23T03:33:10Z'],
  ['rate(2 hours)', '2026-11-23T03:32:00Z', '2026-11-23T05:32:00Z'],
  ['rate(1 day)', '2026-11-23T03:32:00Z', '2026-11-24T03:32:00Z'],
  ['cron(0 9 * * ? *)', '2026-11-23T09:00:00Z', '2026-11-24T09:00:00Z'],
  ['cron(0/15 * * * ? *)', '2026-11-23T03:32:10Z', '2026-11-23T03:45:00Z'],
  ['cron(30 8,17 ? * MON-FRI *)', '2026-11-27T17:30:00Z', '2026-11-30T08:30:00Z'],
  ['cron(0 0 1 JAN ? *)', '2026-11-23T03:32:00Z', '2027-01-01T00:00:00Z'],
  ['cron(0 12 29 2 ? *)', '2026-11-23T03:32:00Z', '2028-02-29T12:00:00Z'],
])('%s after %s fires at %s', (expression, after, at) => {
  expect(new Date(scheduleExpression(expression)(Date.parse(after)))).toEqual(new Date(at))
})

test.each([
  'at(2026-11-23T03:32:00)',
  'rate(5 weeks)',
  'rate(0 minutes)',
  'cron(0 9 * * *)',
  'cron(0 9 L * ? *)',
  'cron(0 9 ? * 2#1 *)',
  'cron(60 9 * * ? *)',
])('%s is refused', (expression) => {
  expect(() => scheduleExpression(expression)).toThrow('is not implemented')
})
