/** A sandbox as the server knows it. */
import { randomBytes, randomInt } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Box } from './boot.ts'
import type { CreateRequest } from './create-request.ts'
import { type NetworkRules, rulesOf } from './network-rules.ts'
import type { SandboxInfo, SandboxState } from './options.ts'
import type { SandboxFolder } from './state-dir.ts'

const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
const ID_LENGTH = 20

export interface Sandbox {
  readonly id: string
  /** Counts creations; it sets the order of lists and the place in a page. */
  readonly sequence: number
  /** The token that every data-plane call must carry. */
  readonly token: string
  readonly request: CreateRequest
  readonly folder: SandboxFolder
  state: SandboxState
  /** Milliseconds since the epoch; a resume resets it, as in the cloud. */
  startedAt: number
  endAt: number
  /** A change takes effect when the sandbox boots again. */
  network: NetworkRules | undefined
  /** Undefined while it is paused without its memory. */
  box: Box | undefined
  timer: NodeJS.Timeout | undefined
  /** Data-plane responses in progress. */
  readonly pendingResponses: Set<ServerResponse>
  /** Settles when the latest operation on it is done. */
  steps: Promise<unknown>
  /** Settles when it has ended; set from the moment it is being ended. */
  ending: Promise<void> | undefined
}

/** Returns an id in E2B's format: `i` and 19 of `a-z0-9`. */
export const newSandboxId = (): string =>
  `i${Array.from({ length: ID_LENGTH - 1 }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]).join('')}`

/** Returns a sandbox that has not been booted yet. */
export const newSandbox = (
  known: Pick<Sandbox, 'id' | 'sequence' | 'request' | 'folder'>,
  state: SandboxState = 'running',
): Sandbox => ({
  ...known,
  token: newToken(),
  state,
  startedAt: Date.now(),
  endAt: 0,
  network: rulesOf(known.request),
  box: undefined,
  timer: undefined,
  pendingResponses: new Set(),
  steps: Promise.resolve(),
  ending: undefined,
})

/** Returns 192 random bits. */
const newToken = (): string => `ea_${randomBytes(24).toString('hex')}`

/** Returns the facts for leak checks. */
export const infoOf = ({ id, request, state, startedAt, endAt }: Sandbox): SandboxInfo => ({
  id,
  template: request.templateID,
  state,
  metadata: request.metadata,
  startedAt,
  endAt,
})
