/** Builds successful responses. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import fresh from 'fresh'
import type { Immutable } from '../contract/api/shape.ts'

export type HttpResponse = APIGatewayProxyStructuredResultV2

export interface ResponseOf<Status extends number> extends HttpResponse {
  readonly statusCode: Status
}

/** Only for the compiler: the body's type must be exactly that of the schema that the route declares. */
declare const BODY: unique symbol

/** A response whose body is a `Body` as JSON. */
export interface JsonResponse<Body, Status extends number = 200> extends ResponseOf<Status> {
  readonly [BODY]: (body: Body) => Body
}

/** Returns a JSON response that is never cached. */
export function json<Body>(value: Body): JsonResponse<Immutable<Body>>
export function json<Body, Status extends number>(
  value: Body,
  statusCode: Status,
  headers?: Readonly<Record<string, string>>,
): JsonResponse<Immutable<Body>, Status>
export function json(
  value: unknown,
  statusCode = 200,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(value),
  }
}

/**
 * Returns the response with its `etag`, or 304 if the caller's `If-None-Match` contains it (RFC 9110, 8.8.3 and
 * 13.1.2). A cache may keep it but must revalidate it.
 */
export function unlessKnown<Body>(
  ifNoneMatch: string | undefined,
  etag: string,
  response: JsonResponse<Body>,
): JsonResponse<Body> | ResponseOf<304> {
  const headers = { etag, 'cache-control': 'private, no-cache' }
  return fresh({ 'if-none-match': ifNoneMatch }, { etag })
    ? { statusCode: 304, headers }
    : { ...response, headers: { ...response.headers, ...headers } }
}

/** Returns a redirect that is never cached. */
export const redirect = (
  location: string,
  headers: Readonly<Record<string, string>> = {},
): ResponseOf<302> => ({
  statusCode: 302,
  headers: { 'cache-control': 'no-store', ...headers, location },
})

export const noContent: ResponseOf<204> = { statusCode: 204 }
