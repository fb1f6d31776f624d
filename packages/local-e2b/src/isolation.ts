/** What an isolation is: a way to start a sandbox's daemon apart from this machine. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { EnvdConfig } from './envd/config.ts'
import type { IsolationKind, Tool } from './options.ts'

/** A port of the host, and the socket of ours that leads to it. */
export interface HostLink {
  readonly port: number
  readonly socket: string
}

/** Where one sandbox lives on the host. */
export interface Place {
  /** Its files, in `home/user`, `root` and `tmp`. */
  readonly folder: string
  /** Where its daemon makes its socket. */
  readonly socketFolder: string
  readonly links: readonly HostLink[]
}

/** How to start a sandbox's daemon, and what the sandbox looks like to it. */
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
  /** For the person who starts it: what is in use and what it does not protect. */
  readonly report: string
  launch(place: Place, sandboxId: string): Launch
}

/** What an isolation builds its sandboxes from. */
export interface Building {
  readonly stateDir: string
  /** The daemon, bundled into one file. */
  readonly daemon: string
  readonly tools: readonly Tool[]
}

/** Makes what a sandbox boots with; files of an earlier boot stay, its sockets do not. */
export function makeFolders({ folder, socketFolder }: Place): void {
  for (const name of ['home/user', 'root', 'tmp'])
    mkdirSync(join(folder, name), { recursive: true })
  rmSync(socketFolder, { recursive: true, force: true })
  mkdirSync(socketFolder, { recursive: true, mode: 0o700 })
}
