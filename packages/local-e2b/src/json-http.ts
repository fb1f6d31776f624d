/** JSON over Node's HTTP server: reads bodies, and sends values and errors as E2B does. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'

const MAX_BODY_BYTES = 8 * 1024 * 1024

/** An error response. The SDK reads its `code`, so that always equals the HTTP status. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly headers: OutgoingHttpHeaders

  constructor(status: number, message: string, headers: OutgoingHttpHeaders = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

/** Sends `value` as JSON, or an empty body if there is none. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value?: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  const body = value === undefined ? '' : JSON.stringify(value)
  response.writeHead(status, {
    ...(body && { 'content-type': 'application/json' }),
    'content-length': Buffer.byteLength(body),
    ...headers,
  })
  response.end(body)
}

/** Sends `{code, message}` for any thrown value; an unexpected one is a 500. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const status = error instanceof ApiError ? error.status : 500
  const message = error instanceof Error ? error.message : String(error)
  const headers = error instanceof ApiError ? error.headers : {}
  sendJson(response, status, { code: status, message }, headers)
}

/**
 * Returns the request's JSON body, or `{}` if it is empty.
 *
 * @throws ApiError 413 if it is over 8 MiB, 400 if it is not JSON
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new ApiError(413, 'the request body is over 8 MiB')
    chunks.push(chunk)
  }
  if (size === 0) return {}
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new ApiError(400, 'the request body is not JSON')
  }
}
