/** Boots a sandbox with the network that its rules allow. */
import { join } from 'node:path'
import { type Box, bootBox } from './boot.ts'
import { openEgressProxy } from './egress-proxy.ts'
import type { Isolation } from './isolation.ts'
import type { Links } from './links.ts'
import { admitsHost, admitsLinks, hostsIn } from './network-rules.ts'
import type { ConnectOutside, Log, PortLink } from './options.ts'
import type { Sandbox } from './sandbox.ts'

export interface BootParts {
  readonly isolation: Isolation
  readonly links: Links
  readonly linkedPorts: () => readonly PortLink[]
  readonly connectOutside: ConnectOutside
  readonly log: Log
}

/** Throws an error with the daemon's last output if it does not start. */
export async function bootSandbox(parts: BootParts, sandbox: Sandbox): Promise<Box> {
  const { isolation, links, linkedPorts, log } = parts
  const { id, token, folder, request } = sandbox
  const reachesLinks = isolation.kind === 'bwrap' && admitsLinks(sandbox.network)
  const ports = reachesLinks ? linkedPorts() : []
  const proxy = await openProxy(parts, sandbox)
  const own = { id, token, folder, proxy: proxy?.socket, environment: request.envVars }
  try {
    const box = await bootBox(isolation, { ...own, links: await links.open(ports) }, log)
    void box.exited.then(() => proxy?.close())
    return box
  } catch (error) {
    proxy?.close()
    throw error
  }
}

/** Opens the way to the hosts that the rules of an isolated sandbox name. Returns undefined if they name none. */
async function openProxy({ isolation, connectOutside: connect }: BootParts, sandbox: Sandbox) {
  if (isolation.kind !== 'bwrap' || hostsIn(sandbox.network).length === 0) return undefined
  const socket = join(sandbox.folder.socketDir, 'egress.sock')
  const admits = (host: string) => admitsHost(sandbox.network, host)
  const { close } = await openEgressProxy({ socket, admits, connect })
  return { socket, close }
}
