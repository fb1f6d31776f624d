/** The environment of a function is checked when it starts, all of it at once. */
import { expect, test } from 'vitest'
import { checkEnvironment } from '../../../src/adapters/environment.ts'

const bound = { BOUND_VARIABLES: 'QUEUE_URL,LEG_SECONDS,CALLBACK_URL' }

test('what is as it was deployed is accepted', () => {
  expect(() =>
    checkEnvironment({
      ...bound,
      QUEUE_URL: 'queue',
      LEG_SECONDS: '60',
      CALLBACK_URL: 'https://example.com',
    }),
  ).not.toThrow()
})

test('every fault is named at once', () => {
  expect(() =>
    checkEnvironment({ ...bound, LEG_SECONDS: 'long', CALLBACK_URL: 'nowhere' }),
  ).toThrow(/QUEUE_URL is not set; LEG_SECONDS: .*; CALLBACK_URL: .* Deploy the stack again\./)
})

test('a value that is not JSON is named as well', () => {
  expect(() => checkEnvironment({ BOUND_VARIABLES: 'BUDGETS,QUEUE_URL', BUDGETS: 'none' })).toThrow(
    /BUDGETS: .*JSON.*; QUEUE_URL is not set/,
  )
})

test('a function that is bound to nothing needs nothing', () => {
  expect(() => checkEnvironment({})).not.toThrow()
})
