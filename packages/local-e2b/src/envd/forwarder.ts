/** Forwards a sandbox's connections to 127.0.0.1:<port> to the host. A sandbox has no other network. */
import { connect, createServer } from 'node:net'
import { relay } from '../relay.ts'
import type { Link } from './config.ts'

/** Listens on the link's port and relays each connection to its socket. Rejects if the port is in use. */
export function forward({ port, socket }: Link): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (inside) =>
    relay(inside, connect({ path: socket, allowHalfOpen: true })),
  )
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}
