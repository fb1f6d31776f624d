/** An HTTP server on 127.0.0.1 whose port is known before its handler is ready. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export type RequestHandler = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
) => Promise<void> | void

export interface Loopback {
  readonly port: number
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  readonly url: string
  /** Sets the handler. Until then every request gets a 503. */
  serve(answer: RequestHandler): void
  /** Stops listening and closes open connections. */
  close(): Promise<void>
}

/** Opens `port` (0 for any free one). If the handler throws, the client gets a 500 and the error is logged. */
export async function openLoopback(port: number, log: (line: string) => void): Promise<Loopback> {
  let answer: RequestHandler = (_, response) => {
    response.writeHead(503, { 'retry-after': '1' }).end()
  }
  const server = http.createServer(async (request, response) => {
    try {
      await answer(request, response)
    } catch (error) {
      if (response.destroyed) return
      log(`${request.method} ${request.url}: ${error instanceof Error ? error.stack : error}`)
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end()
    }
  })
  // A long poll may last longer than Node's default of five minutes for a whole request.
  server.requestTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  const opened = portOf(server.address())
  return {
    port: opened,
    url: `http://127.0.0.1:${opened}`,
    serve: (next) => {
      answer = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address === 'object' && address !== null) return address.port
  throw new Error('The server has no port')
}

/** Returns a request's whole body, or undefined if it is longer than `limit` bytes. */
export async function readBody(
  request: http.IncomingMessage,
  limit: number,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    // The rest is read and dropped, so that the client can read the response.
    if (length <= limit) chunks.push(chunk)
  }
  return length <= limit ? Buffer.concat(chunks) : undefined
}
