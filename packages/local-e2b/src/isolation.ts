/** The interface of an isolation, which starts a sandbox's daemon apart from the host. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { EnvdConfig } from './envd/config.ts'
import type { IsolationKind, Tool } from './options.ts'

/** A port of the sandbox, and the host's socket behind it. */
export interface HostLink {
  readonly port: number
  readonly socket: string
}

/** Where a sandbox is on the host. */
export interface Place {
  /** Its files, in `home/user`, `root` and `tmp`. */
  readonly folder: string
  /** Where its daemon creates its socket. */
  readonly socketFolder: string
  readonly links: readonly HostLink[]
  /** The socket of an HTTP proxy, if hosts outside may be reached. */
  readonly proxy?: string | undefined
}

/** How to start a sandbox's daemon, and the daemon's view of the sandbox. */
export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** What the command reads from file descriptor 3, if anything. */
  readonly descriptor3?: string
  readonly view: Omit<EnvdConfig, 'sandboxId' | 'token' | 'sandboxEnvironment'>
}

export interface Isolation {
  readonly kind: IsolationKind
  /** Tells a person what is in use and what it does not protect. */
  readonly report: string
  launch(place: Place, sandboxId: string): Launch
}

/** What an isolation is built from. */
export interface Building {
  readonly stateDir: string
  /** The daemon, bundled into one file. */
  readonly daemon: string
  readonly tools: readonly Tool[]
  /** Folders of the host that no sandbox may see. */
  readonly hidden: readonly string[]
}

/** Creates the folders of a sandbox. Files of an earlier boot are kept; its sockets are removed. */
export function makeFolders({ folder, socketFolder }: Place): void {
  for (const name of ['home/user', 'root', 'tmp'])
    mkdirSync(join(folder, name), { recursive: true })
  rmSync(socketFolder, { recursive: true, force: true })
  mkdirSync(socketFolder, { recursive: true, mode: 0o700 })
}
