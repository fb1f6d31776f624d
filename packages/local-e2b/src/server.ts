/** A server that speaks E2B's protocol to the real SDK. Its sandboxes are processes of this machine. */
import { accessSync, constants } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { platform } from 'node:os'
import { join } from 'node:path'
import { bundleDaemon } from './bundle-daemon.ts'
import { chooseIsolation } from './choose-isolation.ts'
import { connectPublic } from './connect-public.ts'
import { type ControlPlane, isControlPath, serveControl } from './control-plane.ts'
import { createLimits } from './create-limits.ts'
import { serveData } from './data-plane.ts'
import { createFaults, type Faults } from './faults.ts'
import { ApiError, sendError } from './json-http.ts'
import { Lifecycle } from './lifecycle.ts'
import { createLinks } from './links.ts'
import type { E2BOptions, IsolationKind, SandboxInfo, Tool } from './options.ts'
import { infoOf } from './sandbox.ts'
import { openStateDir, type StateDir } from './state-dir.ts'
import { sudoTool } from './sudo.ts'
import { Templates } from './templates.ts'

/** Long enough for any upload on one machine. */
const REQUEST_MS = 600_000

export interface LocalE2B {
  readonly url: string
  /** The environment variables that point the SDK to this server. */
  readonly env: {
    readonly E2B_API_URL: string
    readonly E2B_SANDBOX_URL: string
    readonly E2B_API_KEY: string
  }
  readonly isolation: IsolationKind
  /** Tells a person what the isolation in use protects and what it does not. */
  readonly isolationReport: string
  sandboxes(): readonly SandboxInfo[]
  /** Numbers of sandboxes created and ended so far: equal if none is left. */
  counters(): { readonly created: number; readonly ended: number }
  /** Resolves when no sandbox is being ended. One that is being ended cannot be found any more, but is not counted yet. */
  settled(): Promise<void>
  readonly faults: Faults
  /** Ends every sandbox and, unless they are kept, removes its files. */
  close(): Promise<void>
}

/**
 * Starts the server on 127.0.0.1. It first ends what an earlier server left running in `stateDir`, and removes its
 * sandboxes unless they are kept.
 *
 * @throws Error if a tool cannot be executed, the wanted isolation does not work here, another server uses
 *   `stateDir`, the port is in use, or this is not Linux
 */
export async function startE2B(options: E2BOptions): Promise<LocalE2B> {
  checkMachine(options.tools)
  const { keepSandboxes: keep = false } = options
  const stateDir = await openStateDir(options.stateDir, { keep })
  try {
    return await serve(options, stateDir)
  } catch (error) {
    await stateDir.close()
    throw error
  }
}

async function serve(options: E2BOptions, stateDir: StateDir): Promise<LocalE2B> {
  const { apiKey, templates, links: linkedPorts, hidden = [], sudoKeeps = [] } = options
  const { keepSandboxes: keep = false, log = () => {} } = options
  const daemon = bundleDaemon(stateDir.path)
  const tools = [sudoTool(stateDir.path, sudoKeeps), ...options.tools]
  const building = { stateDir: stateDir.path, daemon, tools, hidden: [stateDir.path, ...hidden] }
  const isolation = chooseIsolation(options.isolation, building)
  const links = createLinks(join(stateDir.socketDir, 'links'))
  const limits = createLimits(options.limits ?? {})
  const lifecycle = new Lifecycle({
    ...{ isolation, stateDir, links, linkedPorts, limits, keep, log },
    connectOutside: options.connectOutside ?? connectPublic,
  })
  const faults = createFaults(lifecycle, options.pauseSeed)
  const plane = { apiKey, templates: new Templates(templates), lifecycle, faults }
  const server = createHttpServer(plane, options.requestMs ?? REQUEST_MS)
  const url = await listen(server, options.port ?? 0)
  return {
    url,
    env: { E2B_API_URL: url, E2B_SANDBOX_URL: url, E2B_API_KEY: apiKey },
    isolation: isolation.kind,
    isolationReport: isolation.report,
    sandboxes: () => lifecycle.list().map(infoOf),
    counters: () => lifecycle.counters,
    settled: () => lifecycle.settled(),
    faults,
    close: async () => {
      server.close()
      await lifecycle.close()
      server.closeAllConnections()
      links.close()
      await stateDir.close()
    },
  }
}

function createHttpServer(plane: ControlPlane, requestMs: number): Server {
  const options = { connectionsCheckingInterval: Math.min(requestMs, 30_000) }
  const server = createServer(options, (request, response) => {
    answer(plane, request, response).catch((error) => sendError(response, error))
  })
  // A response has no limit: a command may stream for an hour.
  server.requestTimeout = requestMs
  server.headersTimeout = Math.min(requestMs, 60_000)
  return server
}

async function answer(
  plane: ControlPlane,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://e2b')
  if (!url) throw new ApiError(400, 'the address is not one')
  if (isControlPath(url.pathname)) return serveControl(plane, url, request, response)
  return serveData(plane.lifecycle, url, request, response)
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return `http://127.0.0.1:${address.port}`
}

function checkMachine(tools: readonly Tool[]): void {
  if (platform() !== 'linux')
    throw new Error(`the local E2B server needs Linux's /proc; this is ${platform()}`)
  for (const { name, file } of tools)
    try {
      accessSync(file, constants.X_OK)
    } catch (cause) {
      throw new Error(`tool '${name}': ${file} cannot be executed (chmod +x?)`, { cause })
    }
}
