/** The host's side of a sandbox's links: a unix socket for each linked port, relayed to 127.0.0.1. */
import { mkdirSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { HostLink } from './isolation.ts'
import { relay } from './relay.ts'

export interface Links {
  /** Returns listening links to `ports`. All sandboxes share a port's socket. */
  open(ports: readonly number[]): Promise<HostLink[]>
  close(): void
}

/** @param folder where the sockets are created; the caller removes it */
export function createLinks(folder: string): Links {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const listening = new Map<number, Promise<HostLink>>()
  const servers: Server[] = []
  const sockets = new Set<Socket>()

  const listen = (port: number): Promise<HostLink> => {
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
      server.listen(socket, () => resolve({ port, socket }))
    })
  }

  return {
    open: (ports) =>
      Promise.all(
        [...new Set(ports)].map((port) => {
          const link = listening.get(port) ?? listen(port)
          listening.set(port, link)
          return link
        }),
      ),
    close: () => {
      for (const server of servers) server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
