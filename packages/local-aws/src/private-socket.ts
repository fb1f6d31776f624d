/** Forwards verified requests to a server in this process that listens on a unix socket instead of a port. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import http, { type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ReceivedRequest } from './signature.ts'

/** The kernel limits the length of a socket's path (104 bytes on macOS, 108 on Linux). */
const longestSocketPath = 103

export interface PrivateSocket {
  readonly path: string
  /** Removes the file, and its folder if that was created for it. */
  remove(): void
}

/**
 * Chooses a path for a unix socket that only this user can reach: dynalite and fauxqs ask for no credentials, so
 * they must not be reachable by port. It is in the state folder if the path is short enough, otherwise in a new
 * temporary folder.
 */
export function privateSocket(stateDir: string, name: string): PrivateSocket {
  const wanted = path.join(stateDir, 'sockets', `${name}.sock`)
  if (Buffer.byteLength(wanted) > longestSocketPath) {
    const folder = mkdtempSync(path.join(tmpdir(), 'local-aws-'))
    const remove = () => rmSync(folder, { recursive: true, force: true })
    return { path: path.join(folder, `${name}.sock`), remove }
  }
  mkdirSync(path.dirname(wanted), { recursive: true, mode: 0o700 })
  const remove = () => rmSync(wanted, { force: true })
  remove()
  return { path: wanted, remove }
}

export interface Upstream {
  /** Resolves with the response once its headers are read; its body is still to come. */
  ask(request: ReceivedRequest): Promise<http.IncomingMessage>
  /** Sends `response` what the server responds to `request`. */
  forward(request: ReceivedRequest, response: ServerResponse): Promise<void>
  close(): void
}

/** Returns a client of the server that listens on `socketPath`. */
export function upstream(socketPath: string): Upstream {
  const agent = new http.Agent({ keepAlive: true })
  const ask = ({ method, target, headers, body }: ReceivedRequest) =>
    new Promise<http.IncomingMessage>((resolve, reject) => {
      const { 'transfer-encoding': _, ...kept } = headers
      http
        .request({
          socketPath,
          agent,
          method,
          path: target,
          headers: { ...kept, 'content-length': body.length },
        })
        .on('response', resolve)
        .on('error', reject)
        .end(body)
    })
  return {
    ask,
    forward: async (request, response) => {
      const answer = await ask(request)
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      await pipeline(answer, response)
    },
    close: () => agent.destroy(),
  }
}
