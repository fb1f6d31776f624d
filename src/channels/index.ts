/** The table of channels. A new channel is a folder, a row here, a row in send.ts, and its resources. */
import * as z from 'zod'
import { domain, otherChannel } from './address.ts'
import type { ChannelRow, Counts } from './channel.ts'
import { email } from './email/channel.ts'
import { http } from './http/channel.ts'
import { sms } from './sms/channel.ts'

export const CHANNELS = { http, sms, email } as const satisfies Readonly<Record<string, ChannelRow>>

type Channels = typeof CHANNELS
export type Channel = keyof Channels
export const CHANNEL_NAMES = Object.keys(CHANNELS) as readonly Channel[]
export const channel = z.enum(CHANNEL_NAMES)

/** A channel on which Baton sends. */
export type OutboundName = {
  [Name in Channel]: Channels[Name] extends { readonly outbound: object } ? Name : never
}[Channel]

/** Where a reply goes on a channel. */
export type ReturnAddressOn<Name extends OutboundName> = z.infer<
  Channels[Name]['outbound']['returnAddress']
>
/** Where a reply goes. People who write over HTTP have no such address, because they read the history. */
export type ReturnAddress = { [Name in OutboundName]: ReturnAddressOn<Name> }[OutboundName]

export const OUTBOUND_NAMES = CHANNEL_NAMES.filter(
  (name): name is OutboundName => 'outbound' in CHANNELS[name],
)

const OUTBOUND = Object.values(CHANNELS).flatMap((row) => ('outbound' in row ? [row.outbound] : []))

export const returnAddress: z.ZodType<ReturnAddress> = z.union(
  OUTBOUND.map((row) => row.returnAddress),
)

export const outboundChannel = (name: OutboundName) => CHANNELS[name].outbound

/**
 * Returns the return address for `to`, or undefined if no channel has such addresses. `subject` is for channels that
 * have one.
 */
export function returnAddressOf(to: string, subject: string): ReturnAddress | undefined {
  for (const row of OUTBOUND) {
    const found = row.addressOf(to, subject)
    if (found) return found
  }
  return undefined
}

/** Valid addresses: `a number like … or an email address like …`. */
const EXAMPLES = OUTBOUND.map(({ example }) => example).join(' or ')

/** Says what is wrong with `to`, which is not an address of any channel, and what would be right. */
export function addressProblem(to: string): string {
  const other = otherChannel(to)
  return other === undefined
    ? `is not ${EXAMPLES}`
    : `belongs to ${other}, which Baton does not use`
}

/** Returns what was paid for on each channel, for a receipt. */
export const spentOnChannels = (counts: Counts): readonly string[] =>
  OUTBOUND.flatMap((row) => row.spent(counts) ?? [])

/** Who may exchange messages with Baton: an address of any channel in its normal form, or all addresses of a domain. */
export const contact = z.string().transform((text, context) => {
  const found = returnAddressOf(text, '')?.address ?? domain(text)
  if (found !== undefined) return found
  const other = otherChannel(text) !== undefined
  context.addIssue(addressProblem(text) + (other ? '' : ', or a domain like @example.com'))
  return z.NEVER
})
