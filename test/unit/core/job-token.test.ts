/** The job token: a signed one is parsed, any other is refused. */
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signJobToken, verifyJobToken } from '../../../src/core/job-token.ts'

const KEY = 'key of this deployment'
const NOW = Date.UTC(2026, 0, 1)
const EXPIRES = NOW / 1000 + 60
const claims = { session: 'main', worker: 'w1', leg: 2, job: 7, expires: EXPIRES }
const token = signJobToken(claims, KEY)

/** A correctly signed token with any JSON as payload. */
const signed = (json: string) => {
  const payload = Buffer.from(json).toString('base64url')
  return `${payload}.${createHmac('sha256', KEY).update(payload).digest('base64url')}`
}

test('a signed token is parsed', () => {
  const job = fc.record(
    {
      session: fc.string({ unit: 'grapheme' }),
      worker: fc.string({ unit: 'grapheme' }),
      leg: fc.integer(),
      job: fc.integer(),
      expires: fc.constant(EXPIRES),
    },
    { requiredKeys: ['session', 'leg', 'job', 'expires'], noNullPrototype: true },
  )
  fc.assert(
    fc.property(job, fc.string({ minLength: 1 }), (given, key) => {
      expect(verifyJobToken(signJobToken(given, key), key, NOW)).toEqual(given)
    }),
  )
})

test('it is a valid header value', () => {
  expect(token).toMatch(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/)
})

test.each([
  ['before it expires', -1, claims],
  ['at the moment it expires', 0, undefined],
  ['after it expired', 1, undefined],
])('%s', (_, ms, expected) => {
  expect(verifyJobToken(token, KEY, EXPIRES * 1000 + ms)).toEqual(expected)
})

test('a token with a single changed character is refused', () => {
  const alphabet = 'ABCXYZabcxyz0189-_.=+/ é'
  for (const [at, was] of [...token].entries())
    for (const other of alphabet) {
      if (other === was) continue
      const changed = token.slice(0, at) + other + token.slice(at + 1)
      expect(verifyJobToken(changed, KEY, NOW), `${other} at ${at}`).toBeUndefined()
    }
})

describe('is refused:', () => {
  const [payload = '', signature = ''] = token.split('.')
  const other = signJobToken({ ...claims, session: 'other' }, KEY)
  test.each([
    ['a token of another key', signJobToken(claims, `${KEY}.`)],
    ['a token with a part more', `${token}.x`],
    ['a token with an empty part more', `${token}.`],
    ['a token with a character less', token.slice(0, -1)],
    ['a token with a character more', `${token}A`],
    ["another token's signature", `${payload}.${other.split('.')[1]}`],
    ['a padded payload', `${payload}==.${signature}`],
    ['a payload alone', payload],
    ['a signature alone', `.${signature}`],
    ['signed JSON of another shape', signed('{"session":"main"}')],
    ['signed null', signed('null')],
    ['a token that expires never', signed(JSON.stringify({ ...claims, expires: null }))],
    ['a token that expires at a text', signed(JSON.stringify({ ...claims, expires: '9e9' }))],
    ['nothing', ''],
  ])('%s', (_, given) => {
    expect(verifyJobToken(given, KEY, NOW)).toBeUndefined()
  })

  test('anything', () => {
    const junk = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.string(), fc.string()).map(([a, b]) => `${a}.${b}`),
      fc.base64String().map((text) => `${text}.${signature}`),
    )
    fc.assert(fc.property(junk, (given) => verifyJobToken(given, KEY, NOW) === undefined))
  })
})
