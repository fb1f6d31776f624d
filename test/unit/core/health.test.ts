/** The health of the services that Baton depends on. */
import { expect, test } from 'vitest'
import { healthView, type LastSighting, WORKS } from '../../../src/core/health.ts'

const NOW = Date.parse('2026-11-30T12:00:00Z')
const at = (minutesAgo: number) => new Date(NOW - minutesAgo * 60_000).toISOString()
const model = (sighting: Omit<LastSighting, 'since' | 'at'>, minutesAgo: number) =>
  healthView({ model: { ...sighting, since: at(600), at: at(minutesAgo) } }, NOW).find(
    ({ name }) => name === 'model',
  )

test('a service that nobody has used is unknown', () => {
  expect(healthView({}, NOW).map(({ name, state }) => `${name} ${state}`)).toEqual([
    'model unknown',
    'e2b unknown',
    'twilio unknown',
    'sendgrid unknown',
    'dynamodb ok',
  ])
})

test('one that works goes on to do so while nobody uses it', () => {
  expect(model(WORKS, 300)).toMatchObject({ state: 'ok', since: at(600), cure: null })
})

test('a failure that may pass is forgotten after an hour, one that lasts is not', () => {
  const passing = { state: 'degraded', detail: 'the model is overloaded' } as const
  expect(model(passing, 59)).toMatchObject({ state: 'degraded', since: at(600) })
  expect(model(passing, 61)).toMatchObject({ state: 'unknown', since: at(61) })
  const lasting = { state: 'down', detail: 'the key is refused', cure: 'Set another.' } as const
  expect(model(lasting, 300)).toMatchObject({ state: 'down', cure: 'Set another.' })
})
