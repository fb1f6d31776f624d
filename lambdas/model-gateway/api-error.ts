/** The gateway's own errors, in the Messages API's format, which is the only one its clients know. */

/** https://platform.claude.com/docs/en/api/errors */
const TYPES = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  502: 'api_error',
  503: 'api_error',
} as const

export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: keyof typeof TYPES

  /** The client sees `message`. */
  constructor(status: keyof typeof TYPES, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }

  body(requestId: string): string {
    return JSON.stringify({
      type: 'error',
      error: { type: TYPES[this.status], message: this.message },
      request_id: requestId,
    })
  }

  get headers(): Record<string, string> {
    return {
      'content-type': 'application/json',
      ...(this.status >= 429 && { 'retry-after': '2' }),
    }
  }
}
