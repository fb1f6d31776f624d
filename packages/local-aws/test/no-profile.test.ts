/** What functions need of a home: nothing, unless there would be none. */
import { expect, test } from 'vitest'
import { homeFor } from '../src/no-profile.ts'

test('a user with an account has its home, which is not told', () => {
  expect(homeFor(true)).toEqual({})
})

test('a user without one gets a home that is not there, so that an SDK finds nothing and goes on', () => {
  expect(homeFor(false)).toEqual({ HOME: '/nonexistent' })
})
