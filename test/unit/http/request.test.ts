/** Bodies are limited before they are parsed, and validated before they are used. */
import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { sessionId } from '../../../src/contract/api/ids.ts'
import { http } from '../../../src/http/http.ts'
import { check, jsonBody } from '../../../src/http/request.ts'
import { json } from '../../../src/http/respond.ts'
import { call, detailOf } from './call.ts'
import { setDeployment } from './deployment.ts'

setDeployment()

const LIMIT = 100
const schema = z.strictObject({ text: z.string(), list: z.array(z.number()).default([]) })
const echo = http(async (event) => json(jsonBody(event, schema, LIMIT)))

const base64 = (bytes: string | Uint8Array) => Buffer.from(bytes).toString('base64')

test.each([
  ['text', '{"text":"ü"}', false],
  ['base64', base64('{"text":"ü"}'), true],
  ['a byte order mark', '\ufeff{"text":"ü"}', false],
])('a body as %s is parsed', async (_, body, isBase64Encoded) => {
  expect(await call(echo, { body, isBase64Encoded })).toMatchObject({
    statusCode: 200,
    body: '{"text":"ü","list":[]}',
  })
})

describe('a body that is too large is 413', () => {
  const exactly = (bytes: number) => `{"text":"${'x'.repeat(bytes - 11)}"}`
  const wide = `{"text":"${'€'.repeat(30)}"}`

  test('counted in bytes, with the limit itself allowed', async () => {
    expect(await call(echo, { body: exactly(LIMIT) })).toMatchObject({ statusCode: 200 })
    const detail = 'The body has 101 bytes, but the limit is 100.'
    expect(detailOf(await call(echo, { body: exactly(LIMIT + 1) }), 413)).toBe(detail)
    expect(detailOf(await call(echo, { body: wide }), 413)).toContain('101 bytes')
  })

  test('counted after decoding base64', async () => {
    const send = (bytes: number) =>
      call(echo, { body: base64(exactly(bytes)), isBase64Encoded: true })
    expect(await send(LIMIT)).toMatchObject({ statusCode: 200 })
    expect(detailOf(await send(LIMIT + 1), 413)).toContain('101 bytes')
  })

  test('before it is parsed', async () => {
    const parse = vi.spyOn(JSON, 'parse')
    const answer = await call(echo, { body: '['.repeat(6_000_000) })
    expect(parse).not.toHaveBeenCalled()
    detailOf(answer, 413)
  })
})

test.each([
  ['there is none', {}],
  ['it is empty', { body: '' }],
  ['it is no JSON', { body: 'text=hi' }],
  ['it ends too early', { body: '{"text":"hi"' }],
  ['it goes on', { body: '{"text":"hi"}{}' }],
  [
    'its bytes are not UTF-8',
    { body: base64(Uint8Array.of(0x22, 0xff, 0x22)), isBase64Encoded: true },
  ],
  ['it is base64 without the flag', { body: base64('{"text":"hi"}') }],
  ['it is text with the flag for base64', { body: '{"text":"hi"}', isBase64Encoded: true }],
])('a body is 400 if %s', async (_, request) => {
  expect(detailOf(await call(echo, request), 400)).toBe('The body is not JSON in UTF-8.')
})

describe('a body that API Gateway passes on as text, with U+FFFD,', () => {
  const body = '{"text":"\ufffd"}'
  const headers = { 'content-length': String(Buffer.byteLength(body)) }

  test.each([
    ['of a known length', { body, headers }],
    [
      'of another length, because single bytes were replaced',
      { body, headers: { 'content-length': '12' } },
    ],
    ['of no known length', { body }],
  ])('is 400 if it is %s, and the problem says what to do', async (_, request) => {
    expect(detailOf(await call(echo, request), 400)).toContain('write that character as \\ufffd')
  })

  test('is accepted with an escape, as bytes, and from a runner', async () => {
    const escaped = '{"text":"\\ufffd"}'
    expect(await call(echo, { body: escaped })).toMatchObject({ statusCode: 200 })
    const bytes = { body: base64(body), isBase64Encoded: true }
    expect(await call(echo, bytes)).toMatchObject({ statusCode: 200 })
    const runner = http(async (event) => json(jsonBody(event, schema, LIMIT, 'runner')))
    expect(await call(runner, { body })).toMatchObject({ statusCode: 200 })
  })
})

describe('an invalid body is 400 and names the problem', () => {
  test.each([
    ['null', 'expected object, received null'],
    ['[]', 'expected object, received array'],
    ['{}', 'text: Invalid input: expected string'],
    ['{"text":1}', 'text: Invalid input: expected string, received number'],
    ['{"text":"x","list":[1,"2"]}', 'list.1: Invalid input: expected number, received string'],
    ['{"text":"x","more":1}', 'Unrecognized key: "more"'],
    ['{"text":"x","__proto__":{}}', 'Unrecognized key: "__proto__"'],
    ['{"text":1,"list":2}', 'text: Invalid input: expected string, received number; list: '],
  ])('%s', async (body, fault) => {
    const detail = detailOf(await call(echo, { body }), 400)
    expect(detail).toContain(`The body is not valid: `)
    expect(detail).toContain(fault)
  })

  test('briefly, however many errors there are', async () => {
    const large = http(async (event) => json(jsonBody(event, schema, 1_000_000)))
    const list = JSON.stringify({ text: 'x', list: Array(10_000).fill('1') })
    const key = JSON.stringify({ text: 'x', ['k'.repeat(500_000)]: 1 })
    for (const body of [list, key])
      expect(detailOf(await call(large, { body }), 400).length).toBeLessThan(1_100)
  })
})

describe('a session id', () => {
  const read = http(async ({ headers }) => json(check(sessionId, headers.id, 'The session id')))

  test.each(['a', 'main', 'A-Z_09', 'x'.repeat(64)])('may be %j', async (id) => {
    expect(await call(read, { headers: { id } })).toMatchObject({ statusCode: 200 })
  })

  test.each([
    '',
    'x'.repeat(65),
    'a b',
    'a.b',
    'a/b',
    '../a',
    'a#b',
    'a\n',
    'é',
    'a\0',
  ])('must not be %j', async (id) => {
    expect(detailOf(await call(read, { headers: { id } }), 400)).toBe(
      'The session id is not valid: a session id is 1 to 64 of A-Z a-z 0-9 _ -.',
    )
  })
})
