/** Common to the JSON services: an operation takes the request's JSON and returns JSON or throws an AwsError. */

/** A service of the JSON protocols: implementations by operation name (`StartExecution`). */
export type JsonService = Readonly<Record<string, (input: never) => unknown>>

/** An error as AWS reports it: `type` becomes the SDK's error name; `status` is the HTTP status. */
export class AwsError extends Error {
  override readonly name = 'AwsError'
  readonly type: string
  readonly status: number

  constructor(type: string, message: string, status = 400) {
    super(message)
    this.type = type
    this.status = status
  }
}
