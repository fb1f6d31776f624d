/** What the local E2B server is given, and what it tells about its sandboxes. */

/** An executable that stands in for a part of the template, found in a sandbox under its name. */
export interface Tool {
  readonly name: string
  readonly file: string
}

/** A link to the sandbox plan's limits; what is left out is not limited. */
export interface Limits {
  /** Creations a second; one more is answered 429 with Retry-After, as E2B does. */
  readonly createPerSecond?: number
  /** Running sandboxes at a time; one more is answered 429 without Retry-After. Paused ones do not count. */
  readonly concurrent?: number
}

export type Log = (line: string) => void

export type IsolationKind = 'bwrap' | 'none'

export interface E2BOptions {
  /** 0 or nothing: any free port. */
  readonly port?: number
  /** Where sandbox folders live while their sandbox does. One server at a time. */
  readonly stateDir: string
  readonly isolation: 'auto' | IsolationKind
  /** The one key every control-plane call must carry. */
  readonly apiKey: string
  /** The template names a sandbox can be created from. */
  readonly templates: readonly string[]
  readonly tools: readonly Tool[]
  /** The host's loopback ports a sandbox may reach; asked at each boot of a sandbox. */
  readonly links: () => readonly number[]
  readonly limits?: Limits
  readonly log?: Log
}

export type SandboxState = 'running' | 'paused'

/** One sandbox as a leak check sees it. Times are milliseconds since the epoch. */
export interface SandboxInfo {
  readonly id: string
  readonly template: string
  readonly state: SandboxState
  readonly metadata: Readonly<Record<string, string>>
  readonly startedAt: number
  readonly endAt: number
}
