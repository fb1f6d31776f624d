/**
 * Job tokens: the only credentials that enter a sandbox, one for the callback and one for the model gateway. Each names
 * a job and an expiry, and is signed.
 */
import * as z from 'zod'
import { signedClaims, signToken } from './signed-token.ts'

const claims = z.object({
  session: z.string(),
  /** Absent for the conductor. */
  worker: z.string().optional(),
  /** The turn (conductor) or leg (worker). */
  leg: z.number().int(),
  /** The number of the job. It fences off earlier jobs. */
  job: z.number().int(),
  /** Marks a key that only the model gateway accepts. */
  use: z.literal('model').optional(),
  /** Seconds since the epoch. */
  expires: z.number().int(),
})
export type JobClaims = z.infer<typeof claims>

/** Returns the token of a job. */
export const signJobToken = (job: JobClaims, key: string): string => signToken(job, key)

/**
 * Returns the claims of a token, or undefined if it is not signed with `key` or has expired at `now` (ms since the
 * epoch).
 */
export function verifyJobToken(token: string, key: string, now: number): JobClaims | undefined {
  const parsed = claims.safeParse(signedClaims(token, key))
  return parsed.success && parsed.data.expires * 1000 > now ? parsed.data : undefined
}
