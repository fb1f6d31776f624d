/** Calls an HTTP function as API Gateway does, with an event of payload format 2.0, and parses its response. */
import type { Context } from 'aws-lambda'
import { expect } from 'vitest'
import * as z from 'zod'
import type { HttpEvent } from '../../../src/http/request.ts'
import type { HttpResponse } from '../../../src/http/respond.ts'

export type HttpFunction = (event: HttpEvent, context: Context) => Promise<HttpResponse>

export interface Request {
  /** `GET /items/{id}`. */
  readonly route?: string
  /** The matched route; the requested one by default. */
  readonly routeKey?: string
  readonly headers?: Record<string, string>
  readonly pathParameters?: Record<string, string>
  readonly query?: Record<string, string>
  readonly body?: string
  readonly isBase64Encoded?: boolean
}

const REQUEST_ID = 'request-1'

export function eventOf({
  route = 'POST /',
  routeKey = route,
  headers = {},
  pathParameters,
  query,
  body,
  isBase64Encoded = false,
}: Request): HttpEvent {
  const [method = '', path = ''] = route.split(' ')
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers,
    ...(query && { queryStringParameters: query }),
    ...(pathParameters && { pathParameters }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'localhost',
      domainPrefix: 'api',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: REQUEST_ID,
      routeKey,
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 0,
    },
    ...(body !== undefined && { body }),
    isBase64Encoded,
  }
}

export const context: Context = {
  callbackWaitsForEmptyEventLoop: true,
  functionName: 'function',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:function',
  memoryLimitInMB: '256',
  awsRequestId: 'invocation-1',
  logGroupName: 'group',
  logStreamName: 'stream',
  getRemainingTimeInMillis: () => 30_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
}

const response = z.strictObject({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
})

export type Answer = z.infer<typeof response>

export const callEvent = async (handler: HttpFunction, event: HttpEvent): Promise<Answer> =>
  response.parse(await handler(event, context))

export const call = (handler: HttpFunction, request: Request) =>
  callEvent(handler, eventOf(request))

/** Checks that a response is a valid problem, and returns its detail. */
export function detailOf({ statusCode, headers, body = '' }: Answer, status: number): string {
  const problem = JSON.parse(body)
  expect({ statusCode, type: headers['content-type'], cache: headers['cache-control'] }).toEqual({
    statusCode: status,
    type: 'application/problem+json',
    cache: 'no-store',
  })
  expect(problem).toEqual({
    type: 'about:blank',
    title: expect.stringMatching(/^[A-Z][A-Za-z ]+$/),
    status,
    detail: expect.stringMatching(/\.$/),
    instance: `urn:request:${REQUEST_ID}`,
  })
  return z.object({ detail: z.string() }).parse(problem).detail
}
