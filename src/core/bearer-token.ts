/** Bearer tokens that an operator makes for people and programs. Only the hash of one is stored. */
import { createHash, randomBytes } from 'node:crypto'

export type BearerAccess = 'operator' | 'reader'

export interface BearerToken {
  /** Unique, and in the log of each request. */
  readonly name: string
  readonly access: BearerAccess
  /** Of the token, as `hashOf` returns it. */
  readonly hash: string
  /** ISO 8601. */
  readonly createdAt: string
  /** ISO 8601. Without it the token never expires. */
  readonly expiresAt?: string | undefined
}

/**
 * The names of the tokens in secrets of the same names: a fresh deployment is reached with them. They and `link` are names of
 * callers in the log, so no other token may have them.
 */
export const SECRET_TOKENS = ['api-token', 'read-token'] as const
export const LINK_CALLER = 'link'

/** The most named tokens of a deployment, so that one read of a few kilobytes has them all. */
export const MOST_TOKENS = 50
export const LONGEST_TOKEN_DAYS = 366

/** Lets scanners of source code and logs recognise a leaked token. */
const PREFIX = 'baton_'
const FORM = /^baton_[\w-]{43}$/

/** Returns a new token with 256 random bits. */
export const makeToken = (): string => PREFIX + randomBytes(32).toString('base64url')

/** Whether a text may be such a token, which costs nothing to find out. */
export const looksLikeToken = (text: string): boolean => FORM.test(text)

/**
 * Returns what is stored of a token. A fast hash is enough, because nobody can try 2^256 tokens; slow hashes are for
 * passwords, which people choose.
 */
export const hashOf = (token: string): string =>
  createHash('sha256').update(token).digest('base64url')

/** Whether a token has expired at `now` (ms since the epoch). */
export const hasExpired = ({ expiresAt }: BearerToken, now: number): boolean =>
  expiresAt !== undefined && Date.parse(expiresAt) <= now
