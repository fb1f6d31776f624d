/** Successful responses. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import fresh from 'fresh'

export type HttpResponse = APIGatewayProxyStructuredResultV2

/** `value` as JSON, never cached. */
export const json = (
  value: unknown,
  statusCode = 200,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(value),
})

/**
 * The response with its `etag`, or 304 when the asker's `If-None-Match` has it: RFC 9110, sections 8.8.3 and 13.1.2.
 * A cache may keep it and has to ask before it uses it.
 */
export function unlessKnown(
  ifNoneMatch: string | undefined,
  etag: string,
  response: HttpResponse,
): HttpResponse {
  const headers = { etag, 'cache-control': 'private, no-cache' }
  return fresh({ 'if-none-match': ifNoneMatch }, { etag })
    ? { statusCode: 304, headers }
    : { ...response, headers: { ...response.headers, ...headers } }
}

export const noContent: HttpResponse = { statusCode: 204 }
