/** Converts HTTP requests to events of payload format 2.0, and a function's result to an HTTP response. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import * as z from 'zod'
import { account, apiId } from './identity.ts'
import { requestUrl } from './loopback.ts'

/** The route that a request matched. */
export interface TakenRoute {
  /** `GET /items/{id}` or `$default`. */
  readonly routeKey: string
  /** Decoded values. */
  readonly pathParameters?: Readonly<Record<string, string>>
}

/** Returns the event for a request whose body has been read. `now` is in milliseconds. */
export function httpEvent(
  request: IncomingMessage,
  body: Buffer,
  { routeKey, pathParameters = {} }: TakenRoute,
  now: number,
): APIGatewayProxyEventV2 {
  const { pathname, search, searchParams } = requestUrl(request)
  const { cookie, host = '127.0.0.1', ...headers } = joinedHeaders(request)
  const sourceIp = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1'
  const { 'user-agent': userAgent = '', 'content-type': contentType = '' } = headers
  return {
    version: '2.0',
    routeKey,
    rawPath: pathname,
    rawQueryString: search.slice(1),
    ...(cookie === undefined ? {} : { cookies: cookie.split(/; */) }),
    headers: { host, ...headers, ...forwarded(headers, sourceIp, request.socket.localPort) },
    ...unlessEmpty('queryStringParameters', joinedQuery(searchParams)),
    requestContext: {
      accountId: account,
      apiId,
      domainName: host,
      domainPrefix: apiId,
      http: {
        method: request.method ?? 'GET',
        path: pathname,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent,
      },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: commonLogTime(new Date(now)),
      timeEpoch: now,
    },
    ...unlessEmpty('pathParameters', { ...pathParameters }),
    ...encodedBody(body, contentType),
  }
}

/** Measured on AWS: these types arrive as text. All others, and a missing content type, arrive as base64. */
const textTypes = /^(text\/|application\/(json|xml|javascript)\b)/i

function encodedBody(body: Buffer, contentType: string) {
  if (body.length === 0) return { isBase64Encoded: false }
  const isBase64Encoded = !textTypes.test(contentType)
  return { body: body.toString(isBase64Encoded ? 'base64' : 'utf8'), isBase64Encoded }
}

const unlessEmpty = (name: string, fields: Record<string, string>) =>
  Object.keys(fields).length === 0 ? {} : { [name]: fields }

function forwarded(headers: Record<string, string>, sourceIp: string, port?: number) {
  const before = headers['x-forwarded-for']
  return {
    'x-forwarded-for': before === undefined ? sourceIp : `${before}, ${sourceIp}`,
    'x-forwarded-port': String(port ?? ''),
    'x-forwarded-proto': 'http',
  }
}

/** Header names are in lower case; values of repeated headers are joined by commas. */
function joinedHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, values = []] of Object.entries(request.headersDistinct)) {
    headers[name] = values.join(name === 'cookie' ? '; ' : ',')
  }
  return headers
}

const joinedQuery = (parameters: URLSearchParams): Record<string, string> =>
  Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name).join(',')]),
  )

/** `12/Mar/2020:19:03:58 +0000`, as in an access log. */
function commonLogTime(date: Date): string {
  const [, day, month, year, time] = date.toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}

const header = z.union([z.string(), z.number(), z.boolean()]).transform(String)

const responseShape = z.looseObject({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), header).default({}),
  cookies: z.array(z.string()).default([]),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().default(false),
})

/**
 * Sends what a function returned. A result without `statusCode` is the body itself, sent as JSON with status 200.
 * Returns false, and sends nothing, if the result is no valid response. Source: "Lambda function response for
 * format 2.0".
 */
export function sendResult(
  result: unknown,
  response: ServerResponse,
  defaultType: string,
): boolean {
  const explicit = typeof result === 'object' && result !== null && 'statusCode' in result
  const parsed = responseShape.safeParse(
    explicit
      ? result
      : {
          statusCode: 200,
          headers: { 'content-type': 'application/json' },
          body: typeof result === 'string' ? result : JSON.stringify(result),
        },
  )
  if (!parsed.success) return false
  const { body, isBase64Encoded } = parsed.data
  writeHead(response, parsed.data, defaultType)
  response.end(body ? Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') : undefined)
  return true
}

/** Sends the status, headers and cookies of a response. */
export function writeHead(
  response: ServerResponse,
  {
    statusCode,
    headers,
    cookies,
  }: Pick<z.infer<typeof responseShape>, 'statusCode' | 'headers' | 'cookies'>,
  defaultType: string,
): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (!response.hasHeader('content-type')) response.setHeader('content-type', defaultType)
  if (cookies.length > 0) response.setHeader('set-cookie', cookies)
  // The gateway sets the length itself.
  response.removeHeader('content-length')
  response.writeHead(statusCode)
}

/** The status, headers and cookies that a streaming handler sends before its body. */
export const preludeShape = responseShape.pick({ headers: true, cookies: true }).extend({
  statusCode: responseShape.shape.statusCode.default(200),
})

/** Sends an error in the gateway's format: `{"message":"Not Found"}`. */
export function sendMessage(response: ServerResponse, status: number, message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ message }))
}
