/** Functions get no home folder, unless SDKs would fail without one. */
import { expect, test } from 'vitest'
import { homeFor } from '../src/no-profile.ts'

test('a user with an account has no HOME set', () => {
  expect(homeFor(true)).toEqual({})
})

test('a user without an account gets a HOME that does not exist, so an SDK finds nothing and continues', () => {
  expect(homeFor(false)).toEqual({ HOME: '/nonexistent' })
})
