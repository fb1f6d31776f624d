/** What a sandbox may reach: everything public, or Baton itself and a list of hosts. */
import * as z from 'zod'
import { plural } from './plural.ts'

/** A variable of a function has room for so many characters of hosts. */
const LONGEST_LIST = 600

const host = z
  .string()
  .toLowerCase()
  .regex(
    /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
    'must be a host like pypi.org or *.pythonhosted.org, without a port or a path',
  )

/** Addresses are refused, because a name shows a reader of the configuration who is behind it. */
export const egress = z.union(
  [
    z.literal('open'),
    z.array(host).refine((hosts) => JSON.stringify(hosts).length <= LONGEST_LIST, {
      error: `must have at most ${LONGEST_LIST} characters together; a wildcard like *.example.com stands for many hosts`,
    }),
  ],
  { error: 'must be open, or a list of hosts like ["pypi.org", "*.pythonhosted.org"]' },
)
export type Egress = z.infer<typeof egress>

/** Rules in E2B's terms: what is allowed wins over what is denied. */
export interface NetworkRules {
  readonly allowOut?: string[]
  readonly denyOut: string[]
}

/** Private, carrier-grade and link-local addresses, behind which clouds and offices keep what trusts its neighbours. */
const PRIVATE = ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16']

const EVERYTHING = '0.0.0.0/0'

/** Returns the rules for a new sandbox. `own` are the hosts without which no job runs: callback, model gateway, objects. */
export const networkRules = (allowed: Egress, own: readonly string[]): NetworkRules =>
  allowed === 'open'
    ? { denyOut: PRIVATE }
    : { allowOut: [...new Set([...own, ...allowed])], denyOut: [EVERYTHING] }

/** Returns whether rules name what is allowed, so that a sandbox from before may be allowed more. */
export const isRestricted = (rules: NetworkRules): boolean => rules.allowOut !== undefined

/** Names the settings, because whoever reads why a request failed has to find them. */
export type EgressSetting = 'conductorEgress' | 'workerEgress'

/** Returns what a reader should know when a request of a sandbox has failed, or undefined if everything is open. */
export function networkNote(who: string, setting: EgressSetting, allowed: Egress) {
  if (allowed === 'open') return undefined
  const hosts =
    allowed.length === 0
      ? 'no host but Baton itself'
      : `Baton itself and ${plural(allowed.length, 'host')}: ${allowed.join(', ')}`
  return `${who} reaches ${hosts}. Requests elsewhere fail, whatever is tried. The operator's setting ${setting} says so, and only the operator can change it.`
}
