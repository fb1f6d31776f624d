/** The options of the local E2B server, and what it reports about its sandboxes. */

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
  /** Returns the host's loopback ports that a sandbox may reach; called at each boot of a sandbox. */
  readonly links: () => readonly number[]
  readonly limits?: Limits
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
