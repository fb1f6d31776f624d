/** `Prefer: wait` is parsed by RFC 7240; an invalid value is ignored. */
import { expect, test } from 'vitest'
import { preferredWait } from '../../../src/channels/http/prefer.ts'

test.each([
  [undefined, 0],
  ['', 0],
  ['wait=25', 25],
  ['wait=5', 5],
  ['Wait = 5', 5],
  ['wait="7"', 7],
  ['wait=0', 0],
  ['wait=600', 25],
  ['wait=5; strict', 5],
  ['respond-async, wait=10', 10],
  ['return=minimal;foo="a", wait=3', 3],
  ['wait=3, wait=9', 3],
  ['wait', 0],
  ['wait=', 0],
  ['wait=-1', 0],
  ['wait=1.5', 0],
  ['wait=0x10', 0],
  ['wait=ten', 0],
  ['waiting=5', 0],
  ['await=5', 0],
])('%j: %i s', (prefer, seconds) => {
  expect(preferredWait(prefer)).toBe(seconds)
})
