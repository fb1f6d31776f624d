/** A route is checked as it is declared: who calls first, then what the request holds, part by part. */
import { expect, test } from 'vitest'
import * as z from 'zod'
import { sessionId } from '../../../src/contract/api/ids.ts'
import { api } from '../../../src/http/api.ts'
import { Problem } from '../../../src/http/problem.ts'
import { wholeNumber } from '../../../src/http/query.ts'
import type { HttpEvent } from '../../../src/http/request.ts'
import { json, noContent, redirect } from '../../../src/http/respond.ts'
import type { Routes } from '../../../src/http/route.ts'
import { call, detailOf, type Request } from './call.ts'
import { OPERATOR, setDeployment } from './deployment.ts'

setDeployment()

const described = { tag: 'messages', summary: 'For this test' } as const

const routes = {
  'POST /sessions/{sessionId}': {
    ...described,
    access: 'operator',
    operationId: 'all',
    params: { sessionId },
    query: z.object({ limit: wholeNumber(1, 9).default(5) }),
    headers: { 'X-Word': z.string().regex(/^\w+$/, 'is a word').optional() },
    body: {
      schema: z.strictObject({ text: z.string().default('none') }),
      limit: 50,
      optional: true,
    },
    responses: { 204: { description: 'Read.' } },
  },
  'GET /ids': {
    ...described,
    access: 'anyone',
    operationId: 'ids',
    responses: { 200: { description: 'Ids.', schema: 'Accepted' } },
  },
  'GET /file': {
    ...described,
    access: 'anyone',
    operationId: 'file',
    responses: { 302: { description: 'A link.' } },
  },
} as const satisfies Routes

const seen: unknown[] = []
const ids = { sessionId: 'main', messageId: 'm' }
const handler = api(routes, {
  'POST /sessions/{sessionId}': async ({ event: _, ...request }) => {
    seen.push(request)
    return noContent
  },
  'GET /ids': async () => json(ids),
  'GET /file': async () => redirect('https://localhost/file'),
})

const valid = {
  route: 'POST /sessions/{sessionId}',
  headers: { authorization: `Bearer ${OPERATOR}` },
  pathParameters: { sessionId: 'main' },
}

test('an implementation gets what its route declares, with defaults', async () => {
  expect(await call(handler, valid)).toMatchObject({ statusCode: 204 })
  expect(seen.pop()).toEqual({
    params: { sessionId: 'main' },
    query: { limit: 5 },
    headers: { 'X-Word': undefined },
    body: { text: 'none' },
    claims: undefined,
  })
  const headers = { ...valid.headers, 'x-word': 'word' }
  await call(handler, { ...valid, headers, query: { limit: '7' }, body: '{"text":"t"}' })
  expect(seen.pop()).toMatchObject({
    query: { limit: 7 },
    headers: { 'X-Word': 'word' },
    body: { text: 't' },
  })
})

/** Each is wrong in one more part than the one after it: the first fault is told. */
const faults: [number, string, Request][] = (() => {
  const header = { ...valid, headers: { ...valid.headers, 'x-word': '?' } }
  const body = { ...header, body: '{"text":1}' }
  const query = { ...body, query: { limit: '10' } }
  const param = { ...query, pathParameters: { sessionId: '.' } }
  return [
    [401, 'needs the header', { ...param, headers: { 'x-word': '?' } }],
    [400, 'The session id is not valid: ', param],
    [400, 'The query is not valid: "limt": there', { ...query, query: { limit: '10', limt: '1' } }],
    [400, 'The query is not valid: limit: ', query],
    [413, 'The body has 60 bytes, but the limit is 50.', { ...body, body: ' '.repeat(60) }],
    [400, 'The body is not valid: text: ', body],
    [400, 'The X-Word header is not valid: is a word.', header],
  ]
})()

test.each(faults)('%i: %s', async (status, detail, request) => {
  expect(detailOf(await call(handler, request), status)).toContain(detail)
  expect(seen).toEqual([])
})

test.each([
  ['limt', 'there is no such parameter, but perhaps you mean limit.'],
  ['Limit', 'there is no such parameter, but perhaps you mean limit.'],
  ['page', 'there is no such parameter, only limit.'],
  ['constructor', 'there is no such parameter, only limit.'],
  ['x'.repeat(1000), `"${'x'.repeat(50)}": there is no such parameter, only limit.`],
])('the unknown query name %.20s is 400 with the nearest right one', async (name, advice) => {
  const answer = await call(handler, { ...valid, query: { [name]: '7' } })
  expect(detailOf(answer, 400)).toContain(advice)
  expect(seen).toEqual([])
})

test('a route without a query has no parameters, but links that anyone may open have any', async () => {
  const bare = api(
    { 'GET /bare': { access: 'reader', internal: true } },
    { 'GET /bare': async () => noContent },
  )
  const request = { route: 'GET /bare', headers: valid.headers, query: { limit: '1' } }
  expect(detailOf(await call(bare, request), 400)).toContain('"limit": this route has no param')
  expect(await call(handler, { route: 'GET /ids', query: { utm_source: 'x' } })).toMatchObject({
    statusCode: 200,
  })
})

test('authentication of its own comes before the input, and its claims are handed on', async () => {
  const own = api(
    { 'GET /own/{sessionId}': { access: 'sandbox', internal: true, params: { sessionId } } },
    { 'GET /own/{sessionId}': async ({ claims }) => json(claims) },
    async ({ headers }: HttpEvent) => {
      if (headers.from !== 'me') throw new Problem(403, 'This is not me.')
      return { who: headers.from }
    },
  )
  const request = { route: 'GET /own/{sessionId}', pathParameters: { sessionId: '.' } }
  detailOf(await call(own, request), 403)
  const headers = { from: 'me' }
  detailOf(await call(own, { ...request, headers }), 400)
  expect(
    await call(own, { ...request, headers, pathParameters: { sessionId: 's' } }),
  ).toMatchObject({ statusCode: 200, body: '{"who":"me"}' })
})

test('a route whose callers nothing checks is refused when the function is loaded', () => {
  expect(() =>
    api(
      { 'GET /own': { access: 'sandbox', internal: true } },
      { 'GET /own': async () => json({}) },
    ),
  ).toThrow('GET /own is for sandbox, but nothing checks that')
})

test('the compiler refuses a response that is not as declared', () => {
  const { 'GET /ids': one, 'GET /file': file } = routes
  // @ts-expect-error a field too many
  api({ 'GET /ids': one }, { 'GET /ids': async () => json({ ...ids, more: 1 }) })
  // @ts-expect-error a field is missing
  api({ 'GET /ids': one }, { 'GET /ids': async () => json({ sessionId: 'main' }) })
  // @ts-expect-error a field has another type
  api({ 'GET /ids': one }, { 'GET /ids': async () => json({ ...ids, messageId: 1 }) })
  // @ts-expect-error another status than is declared
  api({ 'GET /ids': one }, { 'GET /ids': async () => json(ids, 202) })
  // @ts-expect-error JSON that is not held to the schema
  api({ 'GET /ids': one }, { 'GET /ids': async () => ({ statusCode: 200 as const, body: '{}' }) })
  // @ts-expect-error a redirect is declared
  api({ 'GET /file': file }, { 'GET /file': async () => json(ids) })
  // @ts-expect-error no implementation
  api({ 'GET /file': file }, {})
})
