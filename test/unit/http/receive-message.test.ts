/** What is refused before a message is accepted, and the response if it cannot be stored. */
import { describe, expect, test } from 'vitest'
import { handler } from '../../../lambdas/receive-message/handler.ts'
import { call, detailOf } from './call.ts'
import { INTERNAL, OPERATOR, setDeployment } from './deployment.ts'

setDeployment()

const KIB = 1024
const send = (body: unknown, headers = {}) =>
  call(handler, {
    route: 'POST /api/webhooks/conductor/message',
    headers: { authorization: `Bearer ${OPERATOR}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

/** Passes every check; the store behind it fails. */
const isTaken = async (body: unknown, headers = {}) => {
  const answer = await send(body, headers)
  detailOf(answer, 503)
  return answer
}

test('the body of an unauthenticated request is not read', async () => {
  const answer = await call(handler, { body: 'x'.repeat(2_000_000) })
  detailOf(answer, 401)
})

test('a failing store is a 503 with Retry-After, without details', async () => {
  const { headers, body } = await isTaken({ content: 'hello' })
  expect(headers['retry-after']).toMatch(/^\d+$/)
  expect(body).not.toMatch(new RegExp(`${INTERNAL}|conversations|hello`))
})

describe('the content', () => {
  test.each([
    ['missing', {}, 'content: Invalid input: expected string'],
    ['null', { content: null }, 'content: Invalid input: expected string'],
    ['a number', { content: 5 }, 'content: Invalid input: expected string'],
    ['empty', { content: '' }, 'content: must not be empty'],
    ['blank', { content: ' \t\r\n\u00a0\u2003' }, 'content: must not be empty'],
  ])('must not be %s', async (_, body, fault) => {
    expect(detailOf(await send(body), 400)).toContain(fault)
  })

  const limit = 128 * KIB
  test.each([
    ['one-byte characters', 'x'.repeat(limit), 'x'],
    ['four-byte characters', '😀'.repeat(limit / 4), 'x'],
    ['characters that JSON escapes sixfold', '\u0001'.repeat(limit), '\u0001'],
  ])('may have 128 KiB and no byte more: %s', async (_, content, more) => {
    await isTaken({ content })
    const detail = 'The content has 131073 bytes, but the limit is 131072.'
    expect(detailOf(await send({ content: content + more }), 413)).toBe(detail)
  })

  test('must not be hidden in a much larger body', async () => {
    expect(detailOf(await send(`{"content":"x"${' '.repeat(1_000_000)}}`), 413)).toContain(
      'The body has',
    )
  })
})

test.each([
  ['an unknown field', { content: 'x', priority: 1 }, 'Unrecognized key: "priority"'],
  ['another source', { content: 'x', source: 'SYSTEM' }, 'source: Invalid input: expected "USER"'],
  ['a bad session id', { content: 'x', sessionId: 'a/b' }, 'sessionId: a session id is 1 to 64'],
  ['an empty session id', { content: 'x', sessionId: '' }, 'sessionId: a session id is 1 to 64'],
  ['null for a session id', { content: 'x', sessionId: null }, 'sessionId: Invalid input'],
])('%s is 400', async (_, body, fault) => {
  expect(detailOf(await send(body), 400)).toContain(fault)
})

test.each([
  { content: 'x', source: 'USER' },
  { content: 'x', sessionId: 'A-Z_09' },
  { content: ' x ' },
])('is accepted: %j', async (body) => {
  await isTaken(body)
})

describe('the Idempotency-Key', () => {
  test.each([
    ['empty', ''],
    ['with a space', 'a b'],
    ['with a control character', 'a\u0007'],
    ['with a letter that is not ASCII', 'é'],
    ['too long', 'x'.repeat(256)],
  ])('must not be %s', async (_, key) => {
    const detail = detailOf(await send({ content: 'x' }, { 'idempotency-key': key }), 400)
    expect(detail).toBe(
      'The Idempotency-Key header is not valid: an Idempotency-Key is 1 to 255 printable ASCII characters.',
    )
  })

  test.each(['1', 'a-b_c/"~!', 'x'.repeat(255)])('may be %j', async (key) => {
    await isTaken({ content: 'x' }, { 'Idempotency-Key': key })
  })
})
