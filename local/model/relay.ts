/** Passes requests of sandboxes on to the real Messages API, which they cannot reach themselves. */
import { once } from 'node:events'
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'

export interface Relay {
  readonly url: string
  close(): Promise<void>
}

/** Listens on 127.0.0.1 and passes `POST /v1/messages…` to `upstream`, bodies and answers untouched; all else is 404. */
export async function startRelay(upstream: string, log: (line: string) => void): Promise<Relay> {
  const server = createServer((incoming, response) => {
    pass(upstream, incoming, response).catch((error: unknown) => {
      log(`model relay: ${error}`)
      if (response.headersSent) response.destroy()
      else response.writeHead(502).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the relay has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function pass(
  upstream: string,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (incoming.method !== 'POST' || !incoming.url?.startsWith('/v1/messages')) {
    response.writeHead(404).end()
    return
  }
  const url = new URL(incoming.url, upstream)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const { host: _, connection: __, ...headers } = incoming.headers
  const outgoing = send(url, { method: 'POST', headers })
  response.on('close', () => outgoing.destroy())
  const answered = once(outgoing, 'response')
  await pipeline(incoming, outgoing)
  const [answer]: IncomingMessage[] = await answered
  if (!answer) throw new Error('no answer')
  response.writeHead(answer.statusCode ?? 502, answer.headers)
  await pipeline(answer, response)
}
