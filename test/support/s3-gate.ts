/** Stands before the S3 of a local Baton: notes each request of a command, and refuses those that a test chooses. */
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** What S3 says to somebody without the right. */
const REFUSAL =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'

export interface S3Gate {
  readonly url: string
  /** Method and key of each request since the last call. */
  asked(): readonly string[]
  /** Refuses requests that match from now on; undefined refuses none. */
  refuse(requests: RegExp | undefined): void
  close(): Promise<void>
}

/** Opens it on a free port, before `endpoint`. The signature covers the name of the host, so that passes unchanged. */
export async function openS3Gate(endpoint: string): Promise<S3Gate> {
  let asked: string[] = []
  let refused: RegExp | undefined
  const server = http.createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming
    const { pathname } = new URL(url, endpoint)
    const request = `${method} ${pathname.split('/').slice(2).join('/')}`
    asked.push(request)
    if (refused?.test(request)) {
      incoming.resume()
      response.writeHead(403, { 'content-type': 'application/xml' }).end(REFUSAL)
      return
    }
    const onward = http.request(`${endpoint}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    incoming.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked() {
      const all = asked
      asked = []
      return all
    },
    refuse(requests) {
      refused = requests
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
