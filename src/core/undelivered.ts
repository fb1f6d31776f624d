/** Messages that could not be delivered, for the operator. */
import type { OutboundName } from '../channels/index.ts'

/** A delivery that has failed for good, or that may have failed. */
export interface Undelivered {
  readonly sessionId: string
  /** The number of the entry. */
  readonly seq: number
  /** The name of the delivery within the entry. */
  readonly name: string
  readonly to: string
  readonly channel: OutboundName
  /** When it failed, ISO 8601. */
  readonly at: string
  readonly reason: string
}
