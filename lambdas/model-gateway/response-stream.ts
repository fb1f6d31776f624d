/** Wraps the response streaming of Lambda's Node.js runtime. */
import type { Writable } from 'node:stream'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'

type StreamingHandler = (event: APIGatewayProxyEventV2, stream: Writable) => Promise<void>

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/response-streaming.html; the runtime defines it before our module is
 * loaded.
 */
declare const awslambda: {
  streamifyResponse(handler: StreamingHandler): StreamingHandler
  HttpResponseStream: {
    from(
      stream: Writable,
      head: { statusCode: number; headers: Readonly<Record<string, string>> },
    ): Writable
  }
}

export interface Head {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

export interface StreamedResponse {
  /** Must be called once, before anything is written. */
  head(head: Head): void
  /** Resolves when the client can take more, or is gone. */
  write(bytes: Uint8Array): Promise<void>
  end(): void
  /** Whether the client has left. */
  readonly isLeft: boolean
}

export const streaming = (
  respond: (event: APIGatewayProxyEventV2, answer: StreamedResponse) => Promise<void>,
): StreamingHandler =>
  awslambda.streamifyResponse((event, stream) => respond(event, answerTo(stream)))

function answerTo(stream: Writable): StreamedResponse {
  let body = stream
  let resume = () => {}
  let isGone = false
  // If the client leaves, the response still costs, so it is read and counted to the end.
  for (const end of ['close', 'error'])
    stream.once(end, () => {
      isGone = true
      resume()
    })
  return {
    head({ status, headers }) {
      body = awslambda.HttpResponseStream.from(stream, { statusCode: status, headers })
      // Status and headers are sent with the first write, even an empty one. `end` alone would omit them.
      body.write('')
    },
    async write(bytes) {
      if (isGone || bytes.length === 0 || body.write(bytes)) return
      await new Promise<void>((resolve) => {
        resume = resolve
        body.once('drain', resolve)
      })
    },
    end: () => void body.end(),
    get isLeft() {
      return isGone
    },
  }
}
