/** The result of an invocation. */

/**
 * With `ok: false` the function failed, or the invocation did (`errorType` is then `Lambda.<Name>`). `payload` is
 * the error in the function's JSON.
 */
export type LambdaOutcome =
  | { readonly ok: true; readonly payload: unknown; readonly requestId: string }
  | {
      readonly ok: false
      readonly errorType: string
      readonly errorMessage: string
      readonly payload?: unknown
    }
