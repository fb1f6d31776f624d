/**
 * Response streaming: `globalThis.awslambda` as in Lambda's Node.js runtime, and the stream that a handler writes
 * to.
 */
import { Writable } from 'node:stream'
import { runtimeError } from './error-payload.ts'
import type { RuntimeMessage } from './protocol.ts'

/** The runtime interface client marks streaming handlers with this symbol. */
const streamingMark = Symbol.for('aws.lambda.runtime.handler.streaming')

/** The content type that tells a function URL to read status and headers from the start of the stream. */
const integrationResponse = 'application/vnd.awslambda.http-integration-response'

type Send = (message: RuntimeMessage) => void

/** The `responseStream` of a streaming handler. */
export class ResponseStream extends Writable {
  readonly #send: Send
  #contentType = 'application/octet-stream'
  #prelude: readonly (string | Uint8Array)[] = []
  #started = false

  constructor(send: Send) {
    super({ objectMode: true, decodeStrings: false })
    this.#send = send
  }

  setContentType(contentType: string): void {
    if (this.#started) {
      const message = 'Cannot set content-type, too late.'
      throw runtimeError('Runtime.InvalidStreamingOperation', message)
    }
    this.#contentType = contentType
  }

  /** Puts status, headers and cookies before the body: their JSON, then eight zero bytes. */
  setPrelude(prelude: unknown): void {
    this.setContentType(integrationResponse)
    this.#prelude = [JSON.stringify(prelude), new Uint8Array(8)]
  }

  // The prelude is sent with the first `write`; `end(chunk)` alone sends none, as on Lambda.
  override write(
    chunk: unknown,
    encoding?: BufferEncoding | WriteCallback,
    written?: WriteCallback,
  ): boolean {
    const prelude = this.#prelude
    this.#prelude = []
    for (const part of prelude) super.write(part)
    return typeof encoding === 'string'
      ? super.write(chunk, encoding, written)
      : super.write(chunk, encoding)
  }

  override _write(chunk: unknown, encoding: BufferEncoding, done: () => void): void {
    this.#start()
    this.#send({ kind: 'chunk', bytes: toBytes(chunk, encoding) })
    done()
  }

  override _final(done: () => void): void {
    this.#start()
    done()
  }

  #start(): void {
    if (this.#started) return
    this.#started = true
    this.#send({ kind: 'stream', contentType: this.#contentType })
  }
}

type WriteCallback = (error: Error | null | undefined) => void

/** Lambda accepts any value: one that is neither text nor bytes is sent as JSON. */
function toBytes(chunk: unknown, encoding: BufferEncoding): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  return typeof chunk === 'string'
    ? Buffer.from(chunk, encoding)
    : Buffer.from(JSON.stringify(chunk))
}

/** Defines `globalThis.awslambda`. Call it before loading the handler's module, which may use it at once. */
export function provideStreaming(): void {
  const awslambda = {
    streamifyResponse: (handler: object) => Object.assign(handler, { [streamingMark]: 'response' }),
    HttpResponseStream: {
      from(stream: ResponseStream, prelude: unknown): ResponseStream {
        stream.setPrelude(prelude)
        return stream
      },
    },
  }
  Object.assign(globalThis, { awslambda })
}

/** Whether `streamifyResponse` was called on the handler. */
export const isStreaming = (handler: object): boolean =>
  Reflect.get(handler, streamingMark) === 'response'
