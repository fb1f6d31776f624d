/** The snapshot that a pause writes: it may take long, and E2B gives it up with the request. */
import { setTimeout as sleep } from 'node:timers/promises'

export interface Snapshot {
  readonly takesMs?: number
  readonly fails?: boolean
  /** Aborted if the client ends its request. */
  readonly signal?: AbortSignal
}

/** Resolves when the snapshot is written, with what went wrong, if anything. */
export async function writeSnapshot({
  takesMs = 0,
  fails,
  signal,
}: Snapshot): Promise<string | undefined> {
  if (takesMs > 0) await sleep(takesMs, undefined, { signal }).catch(() => {})
  if (signal?.aborted) return 'context canceled'
  return fails ? 'injected fault' : undefined
}
