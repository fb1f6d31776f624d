/** The network rules of a sandbox: what E2B accepts, and what they allow here. */
import { BlockList, isIPv4 } from 'node:net'
import * as z from 'zod'
import { ApiError } from './json-http.ts'

const EVERYTHING = '0.0.0.0/0'

export const networkRules = z.looseObject({
  allowOut: z.array(z.string()).exactOptional(),
  denyOut: z.array(z.string()).exactOptional(),
})
export type NetworkRules = z.infer<typeof networkRules>

/**
 * Checks rules as E2B does: names may only be allowed, and only where everything else is denied.
 *
 * @throws ApiError 400 that names the entry
 */
export function checkRules({ allowOut = [], denyOut = [] }: NetworkRules): void {
  const denied = denyOut.find((entry) => subnetOf(entry) === undefined)
  if (denied !== undefined)
    throw new ApiError(400, `invalid denied CIDR "${denied}": only addresses can be denied`)
  const name = allowOut.find((entry) => subnetOf(entry) === undefined)
  if (name !== undefined && !denyOut.includes(EVERYTHING))
    throw new ApiError(
      400,
      `"${name}" is a domain: allowing domains needs ${EVERYTHING} in denyOut`,
    )
}

/** Returns the rules of a new sandbox: without internet access everything is denied. */
export const rulesOf = ({
  network,
  allow_internet_access: open = true,
}: {
  network?: NetworkRules | undefined
  allow_internet_access?: boolean | undefined
}): NetworkRules | undefined =>
  open ? network : { ...network, denyOut: [...(network?.denyOut ?? []), EVERYTHING] }

/** Returns whether rules let a sandbox reach the links, which stand for hosts outside of it. What is allowed wins. */
export function admitsLinks({ allowOut = [], denyOut = [] }: NetworkRules = {}): boolean {
  return allowOut.includes('localhost') || covers(allowOut, LOOPBACK) || !covers(denyOut, LOOPBACK)
}

/** Returns the hosts outside that rules name. A name like `*.example.com` stands for all below it. */
export const hostsIn = ({ allowOut = [] }: NetworkRules = {}): readonly string[] =>
  allowOut.filter((entry) => subnetOf(entry) === undefined && entry !== 'localhost')

/** Returns whether rules name a host. */
export const admitsHost = (rules: NetworkRules | undefined, host: string): boolean =>
  hostsIn(rules).some((entry) =>
    entry.startsWith('*.') ? host.endsWith(entry.slice(1)) : host === entry,
  )

const LOOPBACK = '127.0.0.1'

function covers(entries: readonly string[], address: string): boolean {
  const list = new BlockList()
  for (const subnet of entries.flatMap((entry) => subnetOf(entry) ?? []))
    list.addSubnet(subnet.network, subnet.prefix)
  return list.check(address)
}

/** Returns the subnet that an entry stands for, or undefined if it is a name. */
function subnetOf(entry: string): { network: string; prefix: number } | undefined {
  const [network = '', prefix = '32'] = entry.split('/', 2)
  if (!isIPv4(network) || !/^(?:\d|[12]\d|3[0-2])$/.test(prefix)) return undefined
  return { network, prefix: Number(prefix) }
}
