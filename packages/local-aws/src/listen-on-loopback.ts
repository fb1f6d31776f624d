/** Has an HTTP server listen on one or both loopback addresses, on the same port. */
import type http from 'node:http'
import net, { type AddressInfo } from 'node:net'

/** How many free ports are tried until one is free on both addresses. */
const ATTEMPTS = 20

interface Listening {
  readonly port: number
  readonly url: string
  close(): Promise<void>
}

/**
 * Listens on `port` (0 for any free one) of 127.0.0.1 and, if `both`, of `::1` where the machine has it. Rejects if
 * one of them is in use.
 */
export async function listenOnLoopback(
  server: http.Server,
  port: number,
  both: boolean,
): Promise<Listening> {
  for (let attempt = 1; ; attempt++) {
    const first = await listenOn(server, port, '127.0.0.1')
    // A server listens on one address only, so this one passes its connections on.
    const second = net.createServer((socket) => void server.emit('connection', socket))
    try {
      if (both) await listenOn(second, first, '::1')
    } catch (error) {
      if (!isWithoutIpv6(error)) {
        await closed(server)
        if (port === 0 && attempt < ATTEMPTS) continue
        throw error
      }
    }
    return {
      port: first,
      url: `http://127.0.0.1:${first}`,
      close: async () => {
        const ends = [closed(server), closed(second)]
        server.closeAllConnections()
        await Promise.all(ends)
      },
    }
  }
}

const isWithoutIpv6 = (error: unknown) =>
  error instanceof Error &&
  'code' in error &&
  ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'].includes(String(error.code))

const listenOn = (server: net.Server, port: number, host: string) =>
  new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve(portOf(server.address()))
    })
  })

const closed = (server: net.Server) => new Promise<void>((resolve) => server.close(() => resolve()))

function portOf(address: AddressInfo | string | null): number {
  if (typeof address === 'object' && address !== null) return address.port
  throw new Error('The server has no port')
}
