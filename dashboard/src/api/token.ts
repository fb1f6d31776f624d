/** What the page signs in with: kept for this tab only. An address may bring it in its fragment, which no server sees. */
import { computed, signal } from '@preact/signals'
import type { ShapeOf } from '../../../src/contract/api/index.ts'

const KEY = 'baton-token'

export const token = signal<string | undefined>(sessionStorage.getItem(KEY) ?? undefined)

/** What a signed link shows, and until when. */
export interface Link {
  readonly sessionId: string
  /** ISO 8601. */
  readonly expiresAt: string
}

/** The link that the page was opened with, if that is what it signs in with. */
export const link = computed(() => (token.value === undefined ? undefined : linkOf(token.value)))

type Access = ShapeOf<'Access'>['access']

/** What a bearer token may do; undefined until the API has said so. */
const granted = signal<Access | undefined>(undefined)

/** What the person may do; undefined until it is known. */
export const access = computed(() => (link.value ? 'link' : granted.value))

export const mayChange = computed(() => access.value === 'operator')

/** Why the person was signed out, if they did not want it. */
export const signedOutBecause = signal<string | undefined>(undefined)

export function grant(given: Access): void {
  granted.value = given
}

export function signIn(given: string): void {
  sessionStorage.setItem(KEY, given)
  signedOutBecause.value = undefined
  token.value = given
}

export function signOut(why?: string): void {
  sessionStorage.removeItem(KEY)
  granted.value = undefined
  signedOutBecause.value = why
  token.value = undefined
}

/** Returns the token in an address that ends with `#token=…`, or with `#link=…` if it is a signed link. */
export function tokenIn(hash: string): string | undefined {
  const given = /^#(?:token|link)=([^&]+)$/.exec(hash)?.[1]
  return given === undefined ? undefined : decodeURIComponent(given)
}

/** Returns what a signed link says of itself, which only the API can check; undefined for other tokens. */
export function linkOf(given: string): Link | undefined {
  const [payload = '', signature] = given.split('.')
  if (signature === undefined) return undefined
  try {
    const { session, expires } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
    return typeof session === 'string' && Number.isFinite(expires)
      ? { sessionId: session, expiresAt: new Date(expires * 1000).toISOString() }
      : undefined
  } catch {
    return undefined
  }
}
