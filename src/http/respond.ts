/** Builds successful responses. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import fresh from 'fresh'

export type HttpResponse = APIGatewayProxyStructuredResultV2

/** Returns a JSON response that is never cached. */
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
 * Returns the response with its `etag`, or 304 if the caller's `If-None-Match` contains it (RFC 9110, 8.8.3 and 13.1.2).
 * A cache may keep it but must revalidate it.
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
