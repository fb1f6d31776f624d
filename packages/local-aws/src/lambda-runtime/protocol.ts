/** Messages between the host of a function and its process, over the IPC channel. */

/** The host requests one invocation; it sends the next one only after this one has ended. */
export interface InvokeMessage {
  readonly requestId: string
  /** The function's ARN. */
  readonly arn: string
  /** The event as JSON. */
  readonly event: string
  /** When the host will kill the process, in milliseconds since the epoch. */
  readonly deadline: number
}

export type RuntimeMessage =
  /** The handler is loaded. */
  | { readonly kind: 'ready'; readonly streaming: boolean }
  /** The handler could not be loaded; the process ends. */
  | { readonly kind: 'unusable'; readonly error: string }
  /** The invocation's response as JSON. */
  | { readonly kind: 'result'; readonly payload: string }
  /** The invocation failed; the error as Lambda's JSON. After `fatal` the process exits. */
  | { readonly kind: 'failure'; readonly error: string; readonly fatal?: boolean }
  /** A streamed response: its content type, then bytes, then `result`. */
  | { readonly kind: 'stream'; readonly contentType: string }
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
