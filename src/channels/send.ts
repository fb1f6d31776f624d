/** Prepares deliveries on each channel. Separate from index.ts, because only deliver-message needs it. */
import { env } from '../adapters/environment.ts'
import type { OutboxMessage } from '../adapters/queues.ts'
import type { Entry } from '../core/history.ts'
import type { PreparedDelivery } from './delivery.ts'
import { contentHash, type DeliveryContent, deliveryContent } from './delivery-content.ts'
import { prepareEmail } from './email/send.ts'
import { type OutboundName, outboundChannel, type ReturnAddressOn } from './index.ts'
import { prepareSms } from './sms/send.ts'

/** Returns the prepared delivery, or why it can never be sent. `from` is Baton's own address on the channel. */
type Prepare<Name extends OutboundName> = (
  delivery: OutboxMessage & { readonly to: ReturnAddressOn<Name> },
  content: DeliveryContent,
  from: string,
) => Promise<PreparedDelivery | { readonly problem: string }>

const PREPARE: { readonly [Name in OutboundName]: Prepare<Name> } = {
  sms: prepareSms,
  email: prepareEmail,
}

/** Prepares a delivery of `entry`. Throws if the entry has no command of that name, because then it is the wrong entry. */
export async function prepareDelivery(
  delivery: OutboxMessage,
  entry: Entry,
): Promise<PreparedDelivery | { readonly problem: string }> {
  const content = deliveryContent(entry, delivery.name)
  const { to, files, sha256 } = delivery
  if (sha256 !== undefined && sha256 !== contentHash({ to, files, ...content }))
    return { problem: 'it is not what was approved' }
  const { channel } = to
  const { label, ownAddress } = outboundChannel(channel)
  const from = env(ownAddress)
  if (from === undefined) return { problem: `${label} is not configured in this deployment` }
  const prepare = PREPARE[channel] as Prepare<OutboundName>
  return prepare(delivery, content, from)
}
