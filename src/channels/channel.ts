/** The type of a channel: a row of the table in index.ts, from which everything else about channels derives. */
import type * as z from 'zod'

export interface ChannelRow {
  /** The header under which the conductor sees a message from this channel. */
  readonly header: string
  /** How Baton sends to people. Absent if they read the replies in the history instead. */
  readonly outbound?: OutboundChannel<ReturnAddressShape>
}

/** Counters of a tally (core/tally.ts). Their names derive from those of the channels. */
export type Counts = Readonly<Record<string, number | undefined>>

/** The counters that a delivery on a channel may raise. */
type SentCounts<Name extends string> = Readonly<
  Partial<Record<`out.${Name}` | 'smsSegments', number>>
>

/** The fields that the return addresses of all channels have. */
export interface ReturnAddressShape {
  readonly channel: string
  readonly address: string
}

export interface OutboundChannel<Address extends ReturnAddressShape> {
  /** The channel's name within a sentence. */
  readonly label: string
  readonly returnAddress: z.ZodType<Address>
  /**
   * Returns the return address for `to`, which a person or the conductor wrote, or undefined if it is not an address of
   * this channel.
   */
  addressOf(to: string, subject: string): Address | undefined
  /** An example address, for error messages. */
  readonly example: string
  /** The environment variable that holds Baton's own address. Without a value the channel is not configured. */
  readonly ownAddress: `${string}_NUMBER` | `${string}_ADDRESS`
  /** How many files one delivery may have, and why. Absent if there is no limit. */
  readonly fileLimit?: { readonly most: number; readonly reason: string }
  /** Returns the counters for a sent delivery. `segments` is what the provider charges for. */
  sent(segments: number): SentCounts<Address['channel']>
  /** Returns what was paid for (`2 emails`), for a receipt, or undefined if nothing was. */
  spent(counts: Counts): string | undefined
}
