/** Connects to a public host, and to nothing that is private. */
import { lookup } from 'node:dns/promises'
import { BlockList, connect, type Socket } from 'node:net'

/** What no sandbox may reach: this machine, its neighbours, and what clouds keep on link-local addresses. */
const PRIVATE = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
  ...['172.16.0.0/12', '192.168.0.0/16', '224.0.0.0/4', '240.0.0.0/4'],
]

const list = new BlockList()
for (const [network = '', prefix] of PRIVATE.map((each) => each.split('/')))
  list.addSubnet(network, Number(prefix))

/** Resolves when it is connected. Rejects if the name has no public IPv4 address, or if that cannot be reached. */
export async function connectPublic(host: string, port: number): Promise<Socket> {
  const all = await lookup(host, { family: 4, all: true })
  const found = all.find(({ address }) => !list.check(address))
  if (found === undefined) throw new Error(`${host} has no public address`)
  const socket = connect({ host: found.address, port, allowHalfOpen: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return socket
}
