/** An HTTP server on this machine's loopback addresses, whose port is known before its handler is ready. */
import http from 'node:http'
import { listenOnLoopback } from './listen-on-loopback.ts'
import { isForThisMachine, refuseHost } from './own-host.ts'

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
  /** Handles a request that came in elsewhere, as if it had come in here. */
  readonly handle: RequestHandler
  /** Stops listening and closes open connections. */
  close(): Promise<void>
}

export interface LoopbackOptions {
  /** How long a client may take to send a request, headers and body, in milliseconds. */
  readonly requestMs?: number
  /** Listens on `::1` as well, where the machine has it: for clients to which `localhost` is that address. */
  readonly bothFamilies?: boolean
}

/** Long enough for the largest object; a response may take as long as it wants. */
const REQUEST_MS = 120_000

/** Opens `port` (0 for any free one). If the handler throws, the client gets a 500 and the error is logged. */
export async function openLoopback(
  port: number,
  log: (line: string) => void,
  { requestMs = REQUEST_MS, bothFamilies = false }: LoopbackOptions = {},
): Promise<Loopback> {
  let answer: RequestHandler = (_, response) => {
    response.writeHead(503, { 'retry-after': '1' }).end()
  }
  const handle: RequestHandler = async (request, response) => {
    try {
      await answer(request, response)
    } catch (error) {
      if (response.destroyed) return
      log(`${request.method} ${request.url}: ${error instanceof Error ? error.stack : error}`)
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end()
    }
  }
  const checkMs = Math.min(requestMs, 30_000)
  const server = http.createServer({ connectionsCheckingInterval: checkMs }, (asked, response) => {
    if (isForThisMachine(asked)) return handle(asked, response)
    refuseHost(asked, response)
  })
  server.requestTimeout = requestMs
  server.headersTimeout = Math.min(requestMs, 60_000)
  const opened = await listenOnLoopback(server, port, bothFamilies)
  return {
    port: opened.port,
    url: opened.url,
    serve: (next) => {
      answer = next
    },
    handle,
    close: () => opened.close(),
  }
}

/**
 * Returns the URL of a request. A target that begins with `//` is a path too; as a reference it would name a host.
 */
export function requestUrl({ url = '/' }: Pick<http.IncomingMessage, 'url'>): URL {
  const host = 'http://127.0.0.1'
  if (url.startsWith('/')) return new URL(host + url)
  return URL.canParse(url, host) ? new URL(url, host) : new URL(host)
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
    else chunks.length = 0
  }
  return length <= limit ? Buffer.concat(chunks) : undefined
}
