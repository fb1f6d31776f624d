/** How long a leg and its verification may take. */
import { VERIFIER_SECONDS } from './limits.ts'

/** A shorter leg would be used up by starting. */
export const SHORTEST_SECONDS = 15

export interface LegTime {
  readonly seconds: number
  /** Absent if the leg is not verified; 0 if no time is left for that. */
  readonly verifySeconds?: number
}

/**
 * Shares the sandbox seconds that are left between a leg of at most `longest` seconds and its verification, so that the
 * verification has its part even if a budget allows less than both.
 */
export function shareTime(left: number, longest: number, verifies: boolean): LegTime {
  if (!verifies) return { seconds: Math.min(left, longest) }
  const both = Math.min(left, longest + VERIFIER_SECONDS)
  const part = Math.floor((both * VERIFIER_SECONDS) / (longest + VERIFIER_SECONDS))
  const verifySeconds = part < SHORTEST_SECONDS ? 0 : part
  return { seconds: Math.min(both - verifySeconds, longest), verifySeconds }
}
