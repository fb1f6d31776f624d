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

export interface StreamedResponse {
  /** Once, before anything is written. */
  head(head: Head): void
  /** Resolves when the client's side may take more, or is gone. */
  write(bytes: Uint8Array): Promise<void>
  end(): void
}

export const streaming = (
  respond: (event: APIGatewayProxyEventV2, answer: StreamedResponse) => Promise<void>,
): StreamingHandler =>
  awslambda.streamifyResponse((event, stream) => respond(event, answerTo(stream)))

function answerTo(stream: Writable): StreamedResponse {
  let body = stream
  let goOn = () => {}
  let isGone = false
  // The client may leave; the answer costs all the same, so that it is read and counted to its end.
  for (const end of ['close', 'error'])
    stream.once(end, () => {
      isGone = true
      goOn()
    })
  return {
    head({ status, headers }) {
      body = awslambda.HttpResponseStream.from(stream, { statusCode: status, headers })
      // Status and headers go out with the first write, also of nothing: `end` alone would leave them out.
      body.write('')
    },
    async write(bytes) {
      if (isGone || bytes.length === 0 || body.write(bytes)) return
      await new Promise<void>((resolve) => {
        goOn = resolve
        body.once('drain', resolve)
      })
    },
    end: () => void body.end(),
  }
}
