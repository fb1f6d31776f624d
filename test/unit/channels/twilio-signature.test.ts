/** A form is accepted if and only if Twilio's own library accepts it. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { getExpectedTwilioSignature, validateRequest } from 'twilio/lib/webhooks/webhooks.js'
import { expect, test } from 'vitest'
import { readUrlEncodedForm } from '../../../src/channels/sms/form.ts'
import { twilioSignature, verifyTwilio } from '../../../src/channels/sms/signature.ts'

const TOKEN = '12345'
const URL_OF_DOCS = 'https://example.com/myapp.php?foo=1&bar=2'
const posted = (pairs: ReadonlyArray<readonly [string, string]>) => {
  const body = new URLSearchParams()
  for (const [name, value] of pairs) body.append(name, value)
  return Buffer.from(body.toString())
}

/** The form as Twilio's library expects it. */
function asObject(pairs: ReadonlyArray<readonly [string, string]>): Record<string, string[]> {
  const object: Record<string, string[]> = Object.create(null)
  for (const [name, value] of pairs) object[name] = [...(object[name] ?? []), value]
  return object
}

test('the signature in the documentation', () => {
  const form = readUrlEncodedForm(
    posted([
      ['Digits', '1234'],
      ['To', '+18005551212'],
      ['From', '+14158675310'],
      ['Caller', '+14158675310'],
      ['CallSid', 'CA1234567890ABCDE'],
    ]),
  )
  const signature = 'L/OH5YylLD5NRKLltdqwSvS0BnU='
  expect(twilioSignature(TOKEN, URL_OF_DOCS, form)).toBe(signature)
  expect(verifyTwilio({ token: TOKEN, url: URL_OF_DOCS, form, signature })).toBe(true)
})

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('😀', 'a b', ' +1', '\n', '\r\n', '%2B', '&', '=', '', 'MediaUrl10', 'ç', "'"),
)
const name = fc.oneof(
  piece,
  fc.constantFrom('__proto__', 'constructor', 'Body', 'MediaUrl2', 'MediaUrl10', '_', 'Z', 'a'),
)
const pairs = fc.array(fc.tuple(name, piece), { maxLength: 8 })
const url = fc
  .record({
    scheme: fc.constantFrom('https', 'http', 'HTTPS'),
    host: fc.constantFrom('hooks.example.com', 'Hooks.Example.com', '[::1]', '192.0.2.1'),
    port: fc.constantFrom('', '', ':443', ':80', ':8443'),
    path: fc.constantFrom('', '/', '/sms/t1', '/sms/%7Ea', '/a b', '/@x:1'),
    query: fc.constantFrom('', '?', '?a=1', '?b=%20x&a=1', "?q='it'", '?q=a b', '?q=a?b', '?u=@x'),
  })
  .map(({ scheme, host, port, path, query }) => `${scheme}://${host}${port}${path}${query}`)

test("agrees with Twilio's library, whatever the form and the URL", () => {
  fc.assert(
    fc.property(pairs, url, url, fc.boolean(), (given, configured, other, isOther) => {
      const form = readUrlEncodedForm(posted(given))
      const object = asObject(given)
      const signature = getExpectedTwilioSignature(TOKEN, configured, object)
      expect(twilioSignature(TOKEN, configured, form)).toBe(signature)
      const seen = isOther ? other : configured
      expect(verifyTwilio({ token: TOKEN, url: seen, form, signature })).toBe(
        validateRequest(TOKEN, signature, seen, object),
      )
    }),
    { numRuns: 1000 },
  )
})

test('agrees with the library on variants of a URL', () => {
  const form = readUrlEncodedForm(posted([['Body', 'x']]))
  const object = asObject([['Body', 'x']])
  const seen = ["https://hooks.example.com/a b?q='x y'", 'https://Hooks.example.com:8443/?a=1+2']
  const results = seen.flatMap((each) => {
    const { href } = new URL(each)
    const variants = [each, href, each.replace(':8443', ''), each.replace('com/', 'com:443/')]
    return [
      ...variants,
      href.replace('+', '%20'),
      href.replace('%27', "'"),
      href.replace("'", '%27'),
      `${each}/`,
    ].map((signed) => {
      const signature = twilioSignature(TOKEN, signed, form)
      const accepted = verifyTwilio({ token: TOKEN, url: each, form, signature })
      expect(accepted).toBe(validateRequest(TOKEN, signature, each, object))
      return accepted
    })
  })
  expect(results.filter(Boolean).length).toBeGreaterThan(6)
  expect(results).toContain(false)
})

const BODY = 'MessageSid=SM1&From=%2B15550100&To=%2B15550101&Body=Hi+%F0%9F%98%80%0Ayou&NumMedia=0'
const CONFIGURED = 'https://hooks.example.com/sms/t1?key=7'
const sign = (body: string) =>
  twilioSignature(TOKEN, CONFIGURED, readUrlEncodedForm(Buffer.from(body)))

test('every change of a single byte is refused', () => {
  const signature = sign(BODY)
  const verify = (body: string, url_: string, header: string) =>
    verifyTwilio({
      token: TOKEN,
      url: url_,
      form: readUrlEncodedForm(Buffer.from(body, 'latin1')),
      signature: header,
    })
  expect(verify(BODY, CONFIGURED, signature)).toBe(true)
  const changes = (text: string) =>
    [...text].flatMap((_, at) =>
      [...'aZ09+=&?/%~ \x00\xff'].map((byte) => text.slice(0, at) + byte + text.slice(at + 1)),
    )
  // `%0a` and `%0A` encode the same form.
  const isOther = (body: string) =>
    !isDeepStrictEqual(
      readUrlEncodedForm(Buffer.from(body, 'latin1')),
      readUrlEncodedForm(Buffer.from(BODY)),
    )
  const taken = [
    ...changes(BODY).filter((each) => isOther(each) && verify(each, CONFIGURED, signature)),
    ...changes(CONFIGURED).filter((each) => each !== CONFIGURED && verify(BODY, each, signature)),
    ...changes(signature).filter((each) => each !== signature && verify(BODY, CONFIGURED, each)),
  ]
  expect(taken).toEqual([])
})

test('retry settings, user and password in the configured URL are not signed', () => {
  const form = readUrlEncodedForm(Buffer.from(BODY))
  const verify = (configured: string) =>
    verifyTwilio({ token: TOKEN, url: configured, form, signature: sign(BODY) })
  expect(verify('https://user:p@ss@hooks.example.com/sms/t1?key=7#rc=3&rp=5xx')).toBe(true)
  expect(verify('https://hooks.example.com/sms/t1?key=7')).toBe(true)
  expect(verify('https://hooks.example.com@evil.example.net/sms/t1?key=7')).toBe(false)
})

test.each([
  { url: 'no address' },
  { url: '' },
  { url: 'ftp://hooks.example.com/sms/t1?key=7' },
  { url: 'https://' },
  { signature: undefined },
  { signature: '' },
  { signature: 'é' },
  { token: 'another' },
])('invalid values are refused without an error: %j', (odd) => {
  const form = readUrlEncodedForm(Buffer.from(BODY))
  const signed = odd.url ?? CONFIGURED
  const fine = {
    token: TOKEN,
    url: CONFIGURED,
    form,
    signature: twilioSignature(TOKEN, signed, form),
  }
  expect(verifyTwilio({ ...fine, ...odd })).toBe(false)
})

test('an empty token proves nothing', () => {
  const form = readUrlEncodedForm(Buffer.from(BODY))
  const signature = twilioSignature('', CONFIGURED, form)
  expect(verifyTwilio({ token: '', url: CONFIGURED, form, signature })).toBe(false)
})

test('a form keeps every value, including names that objects cannot have', () => {
  expect(readUrlEncodedForm(Buffer.from('?a=1&b=+2%2B&a=3&__proto__=x&c&b=4'))).toEqual(
    new Map([
      ['?a', ['1']],
      ['b', [' 2+', '4']],
      ['a', ['3']],
      ['__proto__', ['x']],
      ['c', ['']],
    ]),
  )
})
