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

/** What a delivery on a channel may be counted as. */
type SentCounts<Name extends string> = Readonly<
  Partial<Record<`out.${Name}` | 'smsSegments', number>>
>

/** What every return address has, whatever its channel. */
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
  /** What a delivery that was sent is counted as. `segments` as the provider charges them. */
  sent(segments: number): SentCounts<Address['channel']>
  /** What was paid for, for a receipt (`2 emails`); undefined if nothing was. */
  spent(counts: Counts): string | undefined
}
