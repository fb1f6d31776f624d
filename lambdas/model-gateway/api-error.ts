/** The gateway's own errors, in the Messages API's format, which is the only one its clients know. */

/** https://platform.claude.com/docs/en/api/errors */
const TYPES = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  502: 'api_error',
  503: 'api_error',
} as const

/** Clients of the Messages API obey this header, whatever the status. */
export const NO_RETRY = { 'x-should-retry': 'false' } as const

export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: keyof typeof TYPES

  readonly #headers: Readonly<Record<string, string>>

  /** The client sees `message`. `headers` replace those that say whether and when to try again. */
  constructor(
    status: keyof typeof TYPES,
    message: string,
    {
      headers = status < 429 ? NO_RETRY : { 'retry-after': '2' },
      ...options
    }: ErrorOptions & { headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message, options)
    this.status = status
    this.#headers = headers
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
      ...this.#headers,
    }
  }
}
