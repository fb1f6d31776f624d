/** Formats a thrown value as JSON, as Lambda's Node.js runtime reports it. */

export interface ErrorPayload {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace: readonly string[]
}

/** An error that the runtime itself reports, such as `Runtime.ImportModuleError`. */
export function runtimeError(type: string, message: string, cause?: unknown): Error {
  const error = new Error(message, { cause })
  error.name = type
  // The stack shows where the user's code failed, not where the runtime noticed.
  error.stack = cause instanceof Error ? `${type}: ${cause.stack}` : `${type}: ${message}`
  return error
}

/**
 * Source: Errors.js of the runtime interface client. The type is the error's `name`, or `typeof` of a value that
 * is no error.
 */
export function errorPayload(thrown: unknown): ErrorPayload {
  if (isErrorLike(thrown)) {
    return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack.split('\n') }
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] }
}

/** Checks the shape, because errors of another realm count too. */
const isErrorLike = (thrown: unknown): thrown is { name: string; message: string; stack: string } =>
  typeof thrown === 'object' &&
  thrown !== null &&
  'name' in thrown &&
  typeof thrown.name === 'string' &&
  'message' in thrown &&
  typeof thrown.message === 'string' &&
  'stack' in thrown &&
  typeof thrown.stack === 'string'
