/**
 * The way out of an isolated sandbox whose network rules name hosts: an HTTP proxy on this side of the isolation, reached by
 * a unix socket. A sandbox has no other way, so whatever does not use it reaches nothing.
 */
import { rmSync } from 'node:fs'
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ConnectOutside } from './options.ts'
import { relay } from './relay.ts'

export interface EgressProxy {
  close(): void
}

export interface EgressOptions {
  /** The unix socket to listen on. */
  readonly socket: string
  /** Whether a host may be reached now; rules may change while the sandbox runs. */
  readonly admits: (host: string) => boolean
  readonly connect: ConnectOutside
}

/** As on E2B: TLS and HTTP on their own ports. Others are closed to a sandbox whose rules name hosts. */
const PORTS = [443, 80]

class Refused extends Error {
  override readonly name = 'Refused'
}

/** Listens. Rejects if the socket is in use. */
export async function openEgressProxy({
  socket,
  admits,
  connect,
}: EgressOptions): Promise<EgressProxy> {
  rmSync(socket, { force: true })
  const open = new Set<Duplex>()
  const reach = async (host: string, port: number): Promise<Socket> => {
    const name = host.toLowerCase().replace(/\.$/, '')
    if (!PORTS.includes(port) || !admits(name))
      throw new Refused(`the network rules of this sandbox do not allow ${name}:${port}`)
    const outside = await connect(name, port)
    open.add(outside)
    return outside.once('close', () => open.delete(outside))
  }
  const server = createServer((request, response) => {
    forward(request, response, reach).catch((error) => refuse(response, error))
  })
  server.on('connection', (inside) => {
    open.add(inside)
    inside.once('close', () => open.delete(inside))
  })
  server.on('connect', (request, inside) => tunnel(request, inside, reach))
  await listen(server, socket)
  return {
    close() {
      server.close()
      for (const each of open) each.destroy()
    },
  }
}

type Reach = (host: string, port: number) => Promise<Socket>

/** `CONNECT pypi.org:443`: everything behind it is passed on as it is. */
function tunnel({ url = '' }: IncomingMessage, inside: Duplex, reach: Reach): void {
  inside.on('error', () => inside.destroy())
  const [host = '', port] = url.split(':')
  reach(host, Number(port)).then(
    (outside) => {
      inside.write('HTTP/1.1 200 Connection established\r\n\r\n')
      relay(inside as Socket, outside)
    },
    (error: Error) => inside.end(`HTTP/1.1 ${statusOf(error)} ${error.message}\r\n\r\n`),
  )
}

/** `GET http://example.com/`: a request without TLS. */
async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  reach: Reach,
): Promise<void> {
  const url = URL.parse(request.url ?? '')
  if (url?.protocol !== 'http:') throw new Refused('this is a proxy for http and https')
  const outside = await reach(url.hostname, Number(url.port || 80))
  const { 'proxy-connection': _, ...headers } = request.headers
  const asked = httpRequest({
    ...{ method: request.method, path: url.pathname + url.search },
    headers: { ...headers, host: url.host, connection: 'close' },
    createConnection: () => outside,
  })
  asked.on('error', () => response.destroy())
  asked.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  request.pipe(asked)
}

const statusOf = (error: Error): string => (error instanceof Refused ? '403' : '502')

function refuse(response: ServerResponse, error: Error): void {
  response.writeHead(Number(statusOf(error)), { 'content-type': 'text/plain' })
  response.end(`${error.message}\n`)
}

const listen = (server: Server, socket: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
