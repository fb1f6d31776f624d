/** The host's side of a sandbox's links: a unix socket for each linked port of the host, relayed to 127.0.0.1. */
import { mkdirSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { HostLink } from './isolation.ts'
import type { PortLink } from './options.ts'
import { relay } from './relay.ts'

export interface Links {
  /** Returns listening links. All sandboxes share the socket of a host's port. */
  open(links: readonly PortLink[]): Promise<HostLink[]>
  close(): void
}

/** @param folder where the sockets are created; the caller removes it */
export function createLinks(folder: string): Links {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const listening = new Map<number, Promise<string>>()
  const servers: Server[] = []
  const sockets = new Set<Socket>()

  const listen = (port: number): Promise<string> => {
    const socket = join(folder, String(port))
    const server = createServer({ allowHalfOpen: true }, (inside) => {
      const outside = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      for (const end of [inside, outside]) {
        sockets.add(end)
        end.once('close', () => sockets.delete(end))
      }
      relay(inside, outside)
    })
    servers.push(server)
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(socket, () => resolve(socket))
    })
  }

  return {
    open: (links) =>
      Promise.all(
        links.map(async ({ port, hostPort }) => {
          const socket = listening.get(hostPort) ?? listen(hostPort)
          listening.set(hostPort, socket)
          return { port, socket: await socket }
        }),
      ),
    close: () => {
      for (const server of servers) server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
