/** The HTTP API sends functions the events, and clients the responses, that API Gateway does. */
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Running, run } from './fixture/run.ts'
import { synthesise } from './fixture/stack.ts'

let aws: Running
beforeAll(async () => {
  aws = await run(synthesise())
}, 30_000)
afterAll(() => aws.close())

const echo = async (path: string, init?: RequestInit): Promise<unknown> =>
  (await fetch(aws.url + path, init)).json()

test('a request becomes an event of payload format 2.0', async () => {
  const seen = await echo('/echo/a%20b/c/d?x=1&x=2&y=%26', {
    method: 'PUT',
    body: '{"a":1}',
    headers: [
      ['content-type', 'application/json'],
      ['X-Two', 'one'],
      ['X-Two', 'two'],
      ['cookie', 'a=1; b=2'],
    ],
  })
  expect(seen).toMatchObject({
    event: {
      version: '2.0',
      routeKey: 'ANY /echo/{name}/{rest+}',
      rawPath: '/echo/a%20b/c/d',
      rawQueryString: 'x=1&x=2&y=%26',
      cookies: ['a=1', 'b=2'],
      headers: { 'x-two': 'one, two', host: new URL(aws.url).host, 'x-forwarded-for': '127.0.0.1' },
      queryStringParameters: { x: '1,2', y: '&' },
      pathParameters: { name: 'a b', rest: 'c/d' },
      requestContext: {
        http: { method: 'PUT', path: '/echo/a%20b/c/d', sourceIp: '127.0.0.1' },
        stage: '$default',
      },
      body: '{"a":1}',
      isBase64Encoded: false,
    },
  })
})

test.each([
  ['application/x-www-form-urlencoded', true],
  ['multipart/form-data; boundary=x', true],
  ['application/octet-stream', true],
  ['text/plain; charset=utf-8', false],
  ['application/json', false],
])('a body of type %s arrives as base64: %s', async (type, isBase64Encoded) => {
  const headers = { 'content-type': type }
  const body = isBase64Encoded ? Buffer.from('a=ü').toString('base64') : 'a=ü'
  const seen = await echo('/echo/a/b', { method: 'POST', body: 'a=ü', headers })
  expect(seen).toMatchObject({ event: { body, isBase64Encoded } })
})

const answer = (result: unknown) =>
  fetch(`${aws.url}/answer`, {
    method: 'POST',
    body: JSON.stringify(result),
    headers: { 'content-type': 'application/json' },
  })

test('status, headers, cookies and bytes of a result reach the client', async () => {
  const response = await answer({
    statusCode: 418,
    headers: { 'x-count': 3, 'content-type': 'image/png' },
    cookies: ['a=1', 'b=2; HttpOnly'],
    body: Buffer.from([0, 255]).toString('base64'),
    isBase64Encoded: true,
  })
  expect(response.status).toBe(418)
  expect(response.headers.get('x-count')).toBe('3')
  expect(response.headers.get('content-type')).toBe('image/png')
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2; HttpOnly'])
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([0, 255]))
})

test('a result without a status is the body, as JSON', async () => {
  const response = await answer({ some: 'thing' })
  expect([response.status, response.headers.get('content-type'), await response.json()]).toEqual([
    200,
    'application/json',
    { some: 'thing' },
  ])
})

test.each([
  ['no such route', '/nowhere', 'GET', undefined, 404, 'Not Found'],
  ['no such method', '/answer', 'GET', undefined, 404, 'Not Found'],
  ['a function that fails', '/fail', 'GET', undefined, 500, 'Internal Server Error'],
  ['an answer that is none', '/answer', 'POST', '{"statusCode":"x"}', 500, 'Internal Server Error'],
  ['a body over 10 MB', '/answer', 'POST', 'x'.repeat(11_000_000), 413, 'Request Entity Too Large'],
  ['an event over 6 MB', '/answer', 'POST', 'x'.repeat(6_400_000), 413, 'Request Entity Too Large'],
])("%s gets the gateway's response", async (_, path, method, body, status, message) => {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(aws.url + path, { method, body: body ?? null, headers })
  expect([response.status, await response.json()]).toEqual([status, { message }])
})

test('a HEAD request gets headers and no body', async () => {
  const response = await fetch(`${aws.url}/echo/a/b`, { method: 'HEAD' })
  expect([response.status, await response.text()]).toEqual([200, ''])
})

test('a function URL streams: status and cookies first, then each part as it is written', async () => {
  const { url = '' } = aws.resources.find('Fixture/streamFunction', 'AWS::Lambda::Url')
  const response = await fetch(`${url}any/path`)
  expect(response.status).toBe(201)
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  expect(response.headers.getSetCookie()).toEqual(['a=1'])
  const parts: string[] = []
  for await (const part of response.body ?? []) parts.push(Buffer.from(part).toString())
  expect(parts).toEqual(['one\n', 'two\n'])
})

test.each(['//', '//echo/a/b', '///'])('a request for %s is for a path', async (path) => {
  const seen = await new Promise<number | undefined>((resolve, reject) => {
    const { hostname, port } = new URL(aws.url)
    request({ hostname, port, path }, ({ statusCode }) => resolve(statusCode))
      .on('error', reject)
      .end()
  })
  expect(seen).toBe(404)
})
