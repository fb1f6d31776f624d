/** The token of a link to a session: only one that was signed for this purpose is read. */
import { describe, expect, test } from 'vitest'
import { signJobToken } from '../../../src/core/job-token.ts'
import { isExpired, looksLikeLink, readLink, signLink } from '../../../src/core/session-link.ts'

const KEY = 'key of this deployment'
const NOW = Date.UTC(2026, 10, 30)
const claims = { session: 'main', createdAt: '2026-11-29T00:00:00.000Z', expires: NOW / 1000 + 60 }
const token = signLink(claims, KEY)

test('a signed link is read, also after it has expired, so that its holder can be told', () => {
  expect(readLink(token, KEY)).toEqual(claims)
  expect(looksLikeLink(token)).toBe(true)
  expect(isExpired(claims, NOW)).toBe(false)
  expect(isExpired(claims, NOW + 60_000)).toBe(true)
})

describe('not read is', () => {
  const [payload = '', signature = ''] = token.split('.')
  const other = Buffer.from(JSON.stringify({ ...claims, session: 'other' })).toString('base64url')
  test.each([
    ['one for another session', `${other}.${signature}`],
    ['one without a signature', `${payload}.`],
    ['a part of one', payload],
    ['one that is longer', `${token}.${signature}`],
    ['one of another key', signLink(claims, 'another key')],
    // A key may sign for several purposes.
    ['a job token of the same key', signJobToken({ ...claims, leg: 1, job: 1 }, KEY)],
  ])('%s', (_, forged) => {
    expect(readLink(forged, KEY)).toBeUndefined()
  })

  test('any that differs in a character', () => {
    for (let i = 0; i < token.length; i++) {
      const changed = token[i] === 'A' ? 'B' : 'A'
      const forged = token.slice(0, i) + changed + token.slice(i + 1)
      expect([i, readLink(forged, KEY)]).toEqual([i, undefined])
    }
  })
})
