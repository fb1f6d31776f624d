/** Errors as RFC 9457 `application/problem+json`: what is wrong, and what to do. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'

const TITLES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  503: 'Service Unavailable',
} as const
export type ProblemStatus = keyof typeof TITLES

type Headers = Readonly<Record<string, string>>

/** An error response. Any code may throw it; the middleware in http.ts turns it into a response. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: ProblemStatus
  readonly headers: Headers

  /** The caller sees `detail`: what is wrong with the request and what to do about it. */
  constructor(
    status: ProblemStatus,
    detail: string,
    { headers = {}, ...options }: ErrorOptions & { readonly headers?: Headers } = {},
  ) {
    super(detail, options)
    this.status = status
    this.headers = headers
  }
}

export const noSession = (sessionId: string) =>
  new Problem(404, `There is no session ${sessionId}.`)
export const noWorker = () => new Problem(404, 'There is no such worker in this session.')

const HEADERS: Partial<Record<ProblemStatus, Headers>> = {
  401: { 'www-authenticate': 'Bearer' },
  503: { 'retry-after': '5' },
}

/** Returns the response of a problem. `instance` is the request's id, as in the logs. */
export const problemResponse = (
  { status, message, headers }: Problem,
  instance: string,
): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...HEADERS[status],
    ...headers,
  },
  body: JSON.stringify({
    type: 'about:blank',
    title: TITLES[status],
    status,
    detail: message,
    instance: `urn:request:${instance}`,
  }),
})
