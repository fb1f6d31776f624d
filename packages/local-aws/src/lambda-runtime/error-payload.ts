/** A thrown value as the JSON in which Lambda's Node.js runtime reports it. */

export interface ErrorPayload {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace: readonly string[]
}

/** An error that the runtime itself reports, such as `Runtime.ImportModuleError`. */
export function runtimeError(type: string, message: string, cause?: unknown): Error {
  const error = new Error(message, { cause })
  error.name = type
  // The stack tells where the user's code failed, not where the runtime noticed.
  error.stack = cause instanceof Error ? `${type}: ${cause.stack}` : `${type}: ${message}`
  return error
}

/** Source: Errors.js of the runtime interface client: the type is the error's `name`, or `typeof` of what is no error. */
export function errorPayload(thrown: unknown): ErrorPayload {
  if (isErrorLike(thrown)) {
    return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack.split('\n') }
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] }
}

/** Errors of another realm count too, so the shape decides. */
const isErrorLike = (thrown: unknown): thrown is { name: string; message: string; stack: string } =>
  typeof thrown === 'object' &&
  thrown !== null &&
  'name' in thrown &&
  typeof thrown.name === 'string' &&
  'message' in thrown &&
  typeof thrown.message === 'string' &&
  'stack' in thrown &&
  typeof thrown.stack === 'string'
