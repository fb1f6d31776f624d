/** Links that show one session, read-only, until they expire. The token in such a link names the session and is signed. */
import * as z from 'zod'
import { signedClaims, signToken } from './signed-token.ts'

const claims = z.object({
  session: z.string(),
  /** When the session began. After its deletion another one may have its id. */
  createdAt: z.string(),
  /** Seconds since the epoch. */
  expires: z.number().int(),
})
export type LinkClaims = z.infer<typeof claims>

/** The key also makes short links. */
const PURPOSE = 'session link '

export const LONGEST_LINK_HOURS = 168

/** Returns the token of a link. */
export const signLink = (link: LinkClaims, key: string): string => signToken(link, key, PURPOSE)

/** Returns the claims of a link's token, which may have expired, or undefined if it is not signed with `key`. */
export function readLink(token: string, key: string): LinkClaims | undefined {
  const parsed = claims.safeParse(signedClaims(token, key, PURPOSE))
  return parsed.success ? parsed.data : undefined
}

export const isExpired = ({ expires }: LinkClaims, now: number): boolean => expires * 1000 <= now

/** Whether a text may be such a token, which costs nothing to find out. */
export const looksLikeLink = (token: string): boolean => /^[\w-]+\.[\w-]{43}$/.test(token)
