/** Invalid posts and forged emails: all are refused, and none takes much time. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UnreadableEmail } from '../../../src/channels/email/inbound-email.ts'
import { readPost } from '../../../src/channels/email/read-post.ts'
import { CONTENT_TYPE, form, HEADERS, parsedPost, plainEmail, rawPost } from './samples.ts'

const refused = (raw: Buffer, contentType = CONTENT_TYPE) =>
  expect(readPost(raw, contentType)).rejects.toThrow(UnreadableEmail)

const field = (name: string, value: string) =>
  `\r\n--xYzZY\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}`

describe('invalid posts', () => {
  test.each([
    ['of no content type', parsedPost(), ''],
    ['of another one', parsedPost(), 'application/x-www-form-urlencoded'],
    ['of another multipart', parsedPost(), 'multipart/mixed; boundary=xYzZY'],
    ['without a boundary', parsedPost(), 'multipart/form-data'],
    ['with another boundary', parsedPost(), 'multipart/form-data; boundary=other'],
    ['of nothing', Buffer.alloc(0), CONTENT_TYPE],
    ['of something else', Buffer.from('{"a":1}'), CONTENT_TYPE],
    ['of no field', form([]), CONTENT_TYPE],
    ['of very many', form(Array.from({ length: 1001 }, (_, at) => [`f${at}`, ''])), CONTENT_TYPE],
  ])('%s', (_, raw, contentType) => refused(raw, contentType))

  test.each([
    ['no envelope', { envelope: undefined }],
    ['an envelope that is no JSON', { envelope: '{"to":' }],
    ['an envelope without recipients', { envelope: '{"to":[],"from":"a@example.com"}' }],
    ['an envelope without a sender', { envelope: '{"to":["a@example.com"]}' }],
    ['an envelope of another shape', { envelope: '{"to":"a@example.com","from":"b@example.com"}' }],
    ['no header', { headers: undefined }],
    [
      'very many fields',
      Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`f${at}`, ''])),
    ],
    ['no sender', { headers: 'To: a@example.com', from: undefined }],
    ['both modes', { email: plainEmail('Hi') }],
  ])('with %s', (_, more) => refused(parsedPost(more)))

  test.each([
    ['nests too deeply', nested(300)],
    ['has an endless header', `X-A: ${'a'.repeat(3_000_000)}\n\nHi`],
  ])('with an email that %s', (_, email) => refused(rawPost(email)))

  test('truncated anywhere', async () => {
    for (const whole of [parsedPost(), rawPost(plainEmail('Hi'))])
      for (let end = 0; end < whole.length - 4; end += 7) await refused(whole.subarray(0, end))
  })
})

function nested(depth: number): string {
  const levels = Array.from({ length: depth }, (_, at) => at)
  return `${levels.map((at) => `Content-Type: multipart/mixed; boundary=b${at}\n\n--b${at}\n`).join('')}\nHi`
}

const FORGED = '{"to":["baton@in.example.com"],"from":"ceo@example.org"}'

describe('an email that adds form fields is refused', () => {
  test.each([
    ['one that is there', field('dkim', '{@bank.example.org : pass}')],
    ['one that follows', field('SPF', 'pass')],
    [
      'all that follow, and the end',
      `${field('envelope', FORGED)}${field('SPF', 'pass')}\r\n--xYzZY--\r\n`,
    ],
    ['the whole email', field('email', 'From: ceo@example.org\r\n\r\nHi')],
  ])('%s', (_, injected) => refused(parsedPost({ text: `Hi${injected}` })))

  test('also in raw mode', () => refused(rawPost(plainEmail(`Hi${field('SPF', 'pass')}`))))

  test('but not if the boundary is within a line', async () => {
    const { text } = await readPost(parsedPost({ text: 'a --xYzZY-- b\r\n-xYzZY' }), CONTENT_TYPE)
    expect(text).toBe('a --xYzZY-- b\r\n-xYzZY')
  })
})

test.each([
  ['__proto__'],
  ['constructor'],
  ['toString'],
  ['hasOwnProperty'],
])('a field named %s is an ordinary field', async (name) => {
  const post = parsedPost()
  const email = await readPost(
    Buffer.concat([Buffer.from(field(name, '{"x":1}').slice(2)), Buffer.from('\r\n'), post]),
    CONTENT_TYPE,
  )
  expect(email.subject).toBe('Hello')
  expect('x' in {}).toBe(false)
  await refused(
    Buffer.concat([...[1, 2].map(() => Buffer.from(`${field(name, '1').slice(2)}\r\n`)), post]),
  )
})

test('a text longer than a mebibyte is read whole', async () => {
  const text = 'a'.repeat(1024 * 1024 + 1)
  expect((await readPost(parsedPost({ text }), CONTENT_TYPE)).text).toHaveLength(text.length)
  const raw = await readPost(rawPost(plainEmail(text)), CONTENT_TYPE)
  expect(raw.text.trim()).toHaveLength(text.length)
})

test.each([
  ['blanks', ' '.repeat(200_000)],
  ['line ends', '\n'.repeat(200_000)],
  ['tags', '<b>'.repeat(200_000)],
  ['quotes', '<blockquote>'.repeat(100_000)],
  ['openings', '<'.repeat(200_000)],
  ['comments in a style', `<b style="${'/* '.repeat(160_000)}">`],
])('200,000 %s are handled in time', async (_, text) => {
  const html = `<p>${text}</p>`
  const headers = `${HEADERS}X-Blank: ${text.replaceAll('\n', ' ')}\r\n`
  await readPost(parsedPost({ text, html, headers }), CONTENT_TYPE)
  await readPost(parsedPost({ text: undefined, html }), CONTENT_TYPE)
})

test('any damaged post is read or refused', async () => {
  const posts = [parsedPost(), rawPost(plainEmail('Hi'))]
  const change = fc.record({ at: fc.nat(), length: fc.nat(20), with: fc.string({ maxLength: 20 }) })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...posts),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      async (post, changes) => {
        const changed = changes.reduce((bytes, { at, length, with: inserted }) => {
          const start = at % (bytes.length + 1)
          const rest = bytes.subarray(start + length)
          return Buffer.concat([bytes.subarray(0, start), Buffer.from(inserted), rest])
        }, post)
        const outcome = await readPost(changed, CONTENT_TYPE).catch((problem: unknown) => problem)
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(UnreadableEmail)
      },
    ),
    { numRuns: 300 },
  )
})
