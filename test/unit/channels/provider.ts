/** A provider for tests: an HTTP server that responds as a test says, and records requests. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeEach } from 'vitest'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
export type Reaction = (response: ServerResponse, asked: Asked) => void

/** Responds with a status and JSON or text. */
export const answer =
  (status: number, body: unknown = '', headers: Readonly<Record<string, string>> = {}): Reaction =>
  (response) => {
    response.writeHead(status, headers)
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

/** Reads the request, then closes the connection. */
export const drop: Reaction = (response) => response.socket?.resetAndDestroy()

/** Closes the connection in the middle of a response. */
export const breakOff =
  (status: number, half: string): Reaction =>
  (response) => {
    response.writeHead(status, { 'content-length': '1000' })
    response.write(half, () => setTimeout(() => response.socket?.destroy(), 20))
  }

/** Reads the request and never responds. */
export const silence: Reaction = () => {}

/** Runs a provider for the tests of a file. */
export async function startProvider() {
  const provider = { url: '', asked: [] as Asked[], react: silence }
  const server = createServer(async (request, response) => {
    const asked = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: await text(request),
    }
    provider.asked.push(asked)
    provider.react(response, asked)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  provider.url = `http://127.0.0.1:${address.port}`
  beforeEach(() => {
    provider.asked.length = 0
    provider.react = silence
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return provider
}

/** Returns a URL without a listener. */
export async function closedPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  await once(server.close(), 'close')
  return `http://127.0.0.1:${address.port}`
}
