/** What goes out to a person on a channel, and what can become of it. */
import * as z from 'zod'
import type { OutboundName } from './index.ts'

/** What became of handing a message to its provider. */
export type Handover =
  /** The provider took it, under this id. */
  | { readonly status: 'sent'; readonly providerId: string }
  /** It will never take it; `problem` says why. */
  | { readonly status: 'refused'; readonly problem: string }
  /** It certainly did not take it, and may do so later. */
  | { readonly status: 'later'; readonly problem: string }
  /** It may or may not have taken it: the answer was lost on the way. */
  | { readonly status: 'doubt'; readonly problem: string }

/** A file on its way to a person, as it lies in the bucket. */
export const deliveredFile = z.object({ key: z.string(), name: z.string(), size: z.number() })
export type DeliveredFile = z.infer<typeof deliveredFile>

/** One delivery, ready to be handed to its provider. */
export interface PreparedDelivery {
  /** What the provider charges for, where it counts segments. */
  readonly segments?: number
  send(): Promise<Handover>
  /**
   * Asks the provider for what was sent since then (ms since the epoch). Returns its id there, undefined if the provider
   * does not have it, `unknown` if nobody can tell.
   */
  find(since: number): Promise<{ readonly providerId: string } | undefined | 'unknown'>
}

/** Where a delivery stands, as the history shows it. */
export interface DeliveryRecord {
  readonly to: string
  readonly channel: OutboundName
  /**
   * `sending` was claimed by somebody who has not said yet what came of it; `waiting` will be tried again; `in doubt` may
   * have been sent or not, and nobody can tell; `delivered` and `undelivered` are the provider's word.
   */
  readonly status:
    | 'sending'
    | 'waiting'
    | 'sent'
    | 'delivered'
    | 'undelivered'
    | 'refused'
    | 'in doubt'
  /** When it came to stand so, ISO 8601. */
  readonly at: string
  readonly providerId?: string
  /** Of an SMS: what it is paid for as. */
  readonly segments?: number
  readonly problem?: string
}
