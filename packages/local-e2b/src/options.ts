/** The options of the local E2B server, and what it reports about its sandboxes. */
import type { Socket } from 'node:net'

/** An executable that replaces a part of the template; it is on the sandbox's PATH under its name. */
export interface Tool {
  readonly name: string
  readonly file: string
}

/** The limits of an E2B plan; an absent one is not enforced. */
export interface Limits {
  /** Creations per second; further ones get a 429 with Retry-After, as on E2B. */
  readonly createPerSecond?: number
  /** Running sandboxes at a time, without paused ones; further ones get a 429 without Retry-After. */
  readonly concurrent?: number
}

/** A port that a sandbox may reach. */
export interface PortLink {
  /** The port of 127.0.0.1 in the sandbox. */
  readonly port: number
  /** The port of 127.0.0.1 on the host that is behind it. */
  readonly hostPort: number
}

/** Connects to a host outside for a sandbox whose network rules allow it. Rejects if it cannot be reached. */
export type ConnectOutside = (host: string, port: number) => Promise<Socket>

export type Log = (line: string) => void

export type IsolationKind = 'bwrap' | 'none'

export interface E2BOptions {
  /** 0 or absent: any free port. */
  readonly port?: number
  /** Holds the folders of live sandboxes. Only one server may use it at a time. */
  readonly stateDir: string
  readonly isolation: 'auto' | IsolationKind
  /** The key that every control-plane call must carry. */
  readonly apiKey: string
  /** The names of the templates that a sandbox can be created from. */
  readonly templates: readonly string[]
  readonly tools: readonly Tool[]
  /** The variables that `sudo` keeps, as the template's sudoers say. */
  readonly sudoKeeps?: readonly string[]
  /** Returns the ports that an isolated sandbox may reach; called at each boot of a sandbox. */
  readonly links: () => readonly PortLink[]
  /** By default to the public addresses of a host only. */
  readonly connectOutside?: ConnectOutside
  /** Folders that no isolated sandbox sees, even if they are below the host's `/usr`. */
  readonly hidden?: readonly string[]
  readonly limits?: Limits
  /** How long a client may take to send a request, headers and body, in milliseconds; ten minutes by default. */
  readonly requestMs?: number
  /**
   * Sandboxes outlive the server as E2B's outlive its clients: at the next start they are paused, with their files and
   * without their processes. Otherwise none survives a restart.
   */
  readonly keepSandboxes?: boolean
  /** Makes pauses slow, refuses some and loses the sandboxes of some, as in the cloud. A seed repeats the choice. */
  readonly pauseSeed?: number
  readonly log?: Log
}

export type SandboxState = 'running' | 'paused'

/** Facts about one sandbox, for leak checks. Times are milliseconds since the epoch. */
export interface SandboxInfo {
  readonly id: string
  readonly template: string
  readonly state: SandboxState
  readonly metadata: Readonly<Record<string, string>>
  readonly startedAt: number
  readonly endAt: number
}
