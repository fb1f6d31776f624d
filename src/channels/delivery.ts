/** What goes out to a person by SMS or e-mail, and what can become of it. */
import * as z from 'zod'

const smsReturn = z.object({
  channel: z.literal('sms'),
  /** E.164. */
  address: z.string(),
})

const emailReturn = z.object({
  channel: z.literal('email'),
  /** In lower case. */
  address: z.string(),
  subject: z.string(),
  /** Of the mail that is answered, with its angle brackets; absent where a thread begins. */
  messageId: z.string().optional(),
  /** What that mail referred to, oldest first (RFC 5322, 3.6.4). */
  references: z.array(z.string()).optional(),
})

/** Where an answer goes. A person who writes over HTTP has none: they read the history. */
export const returnAddress = z.discriminatedUnion('channel', [smsReturn, emailReturn])
export type ReturnAddress = z.infer<typeof returnAddress>
export type SmsReturn = z.infer<typeof smsReturn>
export type EmailReturn = z.infer<typeof emailReturn>

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

/** Where a delivery stands, as the history shows it. */
export interface DeliveryRecord {
  readonly to: string
  readonly channel: 'sms' | 'email'
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
