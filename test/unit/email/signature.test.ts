/** A post is accepted if its exact bytes are signed; an unusable key is Baton's error, not a refusal. */
import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UnusableKey, verifyPost } from '../../../src/channels/email/signature.ts'

const pair = (namedCurve: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
  return {
    privateKey,
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  }
}
const { privateKey, publicKey } = pair('prime256v1')
const timestamp = '1790000000'

const signatureOf = (raw: Buffer, at = timestamp) =>
  sign('sha256', Buffer.concat([Buffer.from(at), raw]), privateKey).toString('base64')

const flipped = (bytes: Buffer, at: number, by: number) => {
  const changed = Buffer.from(bytes)
  changed[at] = (changed[at] ?? 0) ^ by
  return changed
}

const flip = fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) })

describe('signed bytes are verified', () => {
  test('whatever they are', () => {
    const body = fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes))
    fc.assert(
      fc.property(body, (raw) => {
        expect(verifyPost(raw, { signature: signatureOf(raw), timestamp }, publicKey)).toBe(true)
      }),
    )
  })

  test.each([
    ['latin1', Buffer.from('caf\u00e9\r\n', 'latin1')],
    ['a byte order mark', Buffer.from('\ufeffHello')],
    ['nothing', Buffer.alloc(0)],
    ['a last line end', Buffer.from('--xYzZY--\r\n')],
  ])('%s', (_, raw) => {
    expect(verifyPost(raw, { signature: signatureOf(raw), timestamp }, publicKey)).toBe(true)
  })
})

describe('a change is refused', () => {
  const raw = Buffer.from('Grüße, \r\n'.repeat(90), 'latin1')
  const signature = signatureOf(raw)

  test('of any byte of the body', () => {
    for (let at = 0; at < raw.length; at++)
      expect(verifyPost(flipped(raw, at, 1), { signature, timestamp }, publicKey)).toBe(false)
    fc.assert(
      fc.property(flip, ({ at, by }) => {
        const changed = flipped(raw, at % raw.length, by)
        expect(verifyPost(changed, { signature, timestamp }, publicKey)).toBe(false)
      }),
    )
  })

  test('of any byte of the timestamp', () => {
    fc.assert(
      fc.property(flip, ({ at, by }) => {
        const changed = flipped(Buffer.from(timestamp), at % timestamp.length, by).toString(
          'latin1',
        )
        expect(verifyPost(raw, { signature, timestamp: changed }, publicKey)).toBe(false)
      }),
    )
  })

  test('of any byte of the signature', () => {
    fc.assert(
      fc.property(flip, ({ at, by }) => {
        const changed = flipped(Buffer.from(signature), at % signature.length, by)
        const headers = { signature: changed.toString('latin1'), timestamp }
        expect(verifyPost(raw, headers, publicKey)).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })

  test('of its length', () => {
    for (const changed of [raw.subarray(1), raw.subarray(0, -1), Buffer.concat([raw, raw])])
      expect(verifyPost(changed, { signature, timestamp }, publicKey)).toBe(false)
  })

  test('of its key', () => {
    expect(verifyPost(raw, { signature, timestamp }, pair('prime256v1').publicKey)).toBe(false)
  })
})

describe('an invalid signature is refused', () => {
  const raw = Buffer.from('Hello')
  const signature = signatureOf(raw)
  test.each([
    ['nothing', {}],
    ['an empty one', { signature: '', timestamp }],
    ['without a timestamp', { signature }],
    ['with an empty timestamp', { signature: signatureOf(raw, ''), timestamp: '' }],
    ['with blanks', { signature: ` ${signature}`, timestamp }],
    [
      'of another alphabet',
      { signature: `${signature.slice(0, 8)}-_${signature.slice(8)}`, timestamp },
    ],
    ['no base64', { signature: '!'.repeat(96), timestamp }],
    ['no DER', { signature: Buffer.alloc(64, 7).toString('base64'), timestamp }],
  ])('%s', (_, headers) => {
    expect(verifyPost(raw, headers, publicKey)).toBe(false)
  })
})

describe('an unusable key is reported, even for an unsigned post', () => {
  const raw = Buffer.from('Hello')
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 })
  test.each([
    ['an empty one', ''],
    ['no key', 'c2VjcmV0'],
    ['half of it', publicKey.slice(0, 60)],
    ['one of another curve', pair('secp384r1').publicKey],
    ['RSA', rsa.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')],
    ['the private one', privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')],
  ])('%s', (_, key) => {
    expect(() => verifyPost(raw, { signature: signatureOf(raw), timestamp }, key)).toThrow(
      UnusableKey,
    )
    expect(() => verifyPost(raw, {}, key)).toThrow(UnusableKey)
  })
})
