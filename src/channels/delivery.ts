/** Deliveries to people: how one is prepared and sent, and the states it can have. */
import * as z from 'zod'
import type { OutboundName } from './index.ts'

/** The result of handing a message to its provider. */
export type Handover =
  /** The provider accepted it under this id. */
  | { readonly status: 'sent'; readonly providerId: string }
  /** The provider will never accept it; `problem` says why. */
  | { readonly status: 'refused'; readonly problem: string }
  /** The provider certainly did not accept it, and may do so later. */
  | { readonly status: 'later'; readonly problem: string }
  /** The provider may or may not have accepted it, because its response was lost. */
  | { readonly status: 'doubt'; readonly problem: string }

/** A file for a person, stored in the bucket under `key`, which never gets other content. */
export const deliveredFile = z.object({
  key: z.string(),
  name: z.string(),
  size: z.number(),
  /** In base64. Absent if the file was handed over before checksums were kept. */
  sha256: z.string().optional(),
})
export type DeliveredFile = z.infer<typeof deliveredFile>

/** One delivery, ready to be handed to its provider. */
export interface PreparedDelivery {
  /** What the provider charges for, if it counts segments. */
  readonly segments?: number
  send(): Promise<Handover>
  /**
   * Asks the provider whether the message was sent since then (ms since the epoch). Returns the provider's id, undefined
   * if the provider does not have it, or `unknown` if the provider cannot tell.
   */
  find(since: number): Promise<{ readonly providerId: string } | undefined | 'unknown'>
}

/** The state of a delivery, as the history shows it. */
export interface DeliveryRecord {
  readonly to: string
  readonly channel: OutboundName
  /**
   * `sending`: claimed, with no result yet. `waiting`: will be tried again. `in doubt`: may or may not have been sent.
   * `delivered` and `undelivered` are what the provider reports.
   */
  readonly status:
    | 'sending'
    | 'waiting'
    | 'sent'
    | 'delivered'
    | 'undelivered'
    | 'refused'
    | 'in doubt'
  /** When it reached this state, ISO 8601. */
  readonly at: string
  readonly providerId?: string
  /** For an SMS: how many segments it is charged as. */
  readonly segments?: number
  readonly problem?: string
}
