/** Messages that could not be delivered, for the operator. */
import type { OutboundName } from '../channels/index.ts'

/** How often a delivery is tried, each time after some minutes: about two days of a provider's outage. */
export const DELIVERY_ATTEMPTS = 500

/** The operator is told of a delivery that has failed so often: in about half an hour. */
export const LATE_ATTEMPTS = 5

/** What has become of a message that has not arrived. */
export type UndeliveredStatus = 'late' | 'given up' | 'failed'

/** What the operator can do about it. */
export const UNDELIVERED_ADVICE: Readonly<Record<UndeliveredStatus, string>> = {
  late: 'It is tried again every few minutes, for about two days. Usually a key is missing or the provider is down.',
  'given up':
    'It waits on the dead-letter queue for two weeks. Fix the cause, then send it back with `baton redrive`.',
  failed: 'It is not sent again. If it should be, tell the conductor.',
}

/** A delivery that has failed for good, that may have failed, or that is late. */
export interface Undelivered {
  readonly sessionId: string
  /** The number of the entry. */
  readonly seq: number
  /** The name of the delivery within the entry. */
  readonly name: string
  readonly to: string
  readonly channel: OutboundName
  /** When it failed or, if it is late, since when it is to be delivered; ISO 8601. */
  readonly at: string
  readonly reason: string
  /** Absent if it failed. */
  readonly status?: Exclude<UndeliveredStatus, 'failed'>
}
