/** Successful responses. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'

export type HttpResponse = APIGatewayProxyStructuredResultV2

/** `value` as JSON, never cached. */
export const json = (value: unknown, statusCode = 200): HttpResponse => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(value),
})

export const noContent: HttpResponse = { statusCode: 204 }
