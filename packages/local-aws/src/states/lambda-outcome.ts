/** What the host of the Lambda functions answers to an invocation. */

/**
 * `ok: false` is a function that failed, or an invocation that did (`errorType` is then
 * `Lambda.<Name>`); `payload` is the error as the function's JSON told it.
 */
export type LambdaOutcome =
  | { readonly ok: true; readonly payload: unknown; readonly requestId: string }
  | {
      readonly ok: false
      readonly errorType: string
      readonly errorMessage: string
      readonly payload?: unknown
    }
