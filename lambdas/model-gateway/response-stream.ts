/** Lambda's response streaming, as its Node.js runtime offers it to a handler. */
import type { Writable } from 'node:stream'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'

type StreamingHandler = (event: APIGatewayProxyEventV2, stream: Writable) => Promise<void>

/** https://docs.aws.amazon.com/lambda/latest/dg/response-streaming.html; there before our module is loaded. */
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

export interface Answer {
  /** Once, before anything is written. */
  head(head: Head): void
  /** Resolves when the client's side may take more. */
  write(bytes: Uint8Array): Promise<void>
  end(): void
}

export const streaming = (
  respond: (event: APIGatewayProxyEventV2, answer: Answer) => Promise<void>,
): StreamingHandler =>
  awslambda.streamifyResponse((event, stream) => respond(event, answerTo(stream)))

function answerTo(stream: Writable): Answer {
  let body = stream
  return {
    head({ status, headers }) {
      body = awslambda.HttpResponseStream.from(stream, { statusCode: status, headers })
      // Status and headers go out with the first write, also of nothing: `end` alone would leave them out.
      body.write('')
    },
    async write(bytes) {
      if (bytes.length > 0 && !body.write(bytes))
        await new Promise<void>((resolve) => body.once('drain', () => resolve()))
    },
    end: () => void body.end(),
  }
}
