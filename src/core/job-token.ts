/**
 * Job tokens: the only credentials that enter a sandbox, one for the callback and one for the model gateway. Each names
 * a job and an expiry, and is signed.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'

const claims = z.object({
  session: z.string(),
  /** Absent for the conductor. */
  worker: z.string().optional(),
  /** The turn (conductor) or leg (worker). */
  leg: z.number().int(),
  /** The fencing number. */
  job: z.number().int(),
  /** Marks a key that only the model gateway accepts. */
  use: z.literal('model').optional(),
  /** Seconds since the epoch. */
  expires: z.number().int(),
})
export type JobClaims = z.infer<typeof claims>

const mac = (payload: string, key: string) =>
  createHmac('sha256', key).update(payload).digest('base64url')

/** `<claims as base64url JSON>.<HMAC-SHA256>`. */
export function signJobToken(job: JobClaims, key: string): string {
  const payload = Buffer.from(JSON.stringify(job)).toString('base64url')
  return `${payload}.${mac(payload, key)}`
}

/**
 * Returns the claims of a token, or undefined if it is not signed with `key` or has expired at `now` (ms since the
 * epoch).
 */
export function verifyJobToken(token: string, key: string, now: number): JobClaims | undefined {
  const [payload = '', signature = '', ...more] = token.split('.')
  const expected = Buffer.from(mac(payload, key))
  const given = Buffer.from(signature)
  if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected))
    return undefined
  const parsed = claims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  return parsed.success && parsed.data.expires * 1000 > now ? parsed.data : undefined
}
