/** What a pause can meet in the cloud: it takes seconds, is refused, or fails and loses the sandbox. */
import { createHash } from 'node:crypto'

export type PauseFault =
  /** E2B refuses, and the sandbox runs on. */
  | { readonly refuse: 429 | 500 | 503 }
  /** Writing the snapshot takes this long. */
  | { readonly takesMs: number; readonly fails?: false }
  /** Writing the snapshot fails after this long, which loses the sandbox. */
  | { readonly takesMs: number; readonly fails: true }

/** Of a hundred pauses: the first so many are refused, the next fail, the next are slow, and the rest are at once. */
const SHARES = { refused: 8, failed: 8, slow: 34 }
const REFUSALS = [429, 503, 500] as const
const SLOWEST_MS = 2_000

/** Returns the fault of the pause with this number, always the same for a seed, or undefined if it has none. */
export function unreliablePause(seed: number, number: number): PauseFault | undefined {
  const hash = createHash('sha256').update(`${seed} ${number}`).digest()
  const share = hash.readUInt32BE(0) % 100
  const detail = hash.readUInt32BE(4)
  const { refused, failed, slow } = SHARES
  if (share < refused) return { refuse: REFUSALS[detail % REFUSALS.length] ?? 503 }
  if (share < refused + failed) return { takesMs: detail % SLOWEST_MS, fails: true }
  if (share < refused + failed + slow) return { takesMs: detail % SLOWEST_MS }
  return undefined
}
