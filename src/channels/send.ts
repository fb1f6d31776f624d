/** How a delivery is sent on each channel. Apart from index.ts, because only the function that delivers needs it. */
import { env } from '../adapters/environment.ts'
import type { OutboxMessage } from '../adapters/queues.ts'
import type { Entry } from '../core/history.ts'
import type { PreparedDelivery } from './delivery.ts'
import { type DeliveryContent, deliveryContent } from './delivery-content.ts'
import { prepareEmail } from './email/send.ts'
import { type OutboundName, outboundChannel, type ReturnAddressOn } from './index.ts'
import { prepareSms } from './sms/send.ts'

/** Returns the delivery, or why it can never be sent. `from` is Baton's own address on the channel. */
type Prepare<Name extends OutboundName> = (
  delivery: OutboxMessage & { readonly to: ReturnAddressOn<Name> },
  content: DeliveryContent,
  from: string,
) => Promise<PreparedDelivery | { readonly problem: string }>

const PREPARE: { readonly [Name in OutboundName]: Prepare<Name> } = {
  sms: prepareSms,
  email: prepareEmail,
}

/** Throws if the entry has no command of the delivery's name: then it is not the entry of the delivery. */
export async function prepareDelivery(
  delivery: OutboxMessage,
  entry: Entry,
): Promise<PreparedDelivery | { readonly problem: string }> {
  const content = deliveryContent(entry, delivery.name)
  const { channel } = delivery.to
  const { label, ownAddress } = outboundChannel(channel)
  const from = env(ownAddress)
  if (from === undefined) return { problem: `${label} is not configured in this deployment` }
  const prepare = PREPARE[channel] as Prepare<OutboundName>
  return prepare(delivery, content, from)
}
