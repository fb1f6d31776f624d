/** How one delivery is handed to its provider, and how the provider is asked whether it has it. */
import { env } from '../../src/adapters/environment.ts'
import type { OutboxMessage } from '../../src/adapters/queues.ts'
import type { Handover } from '../../src/channels/delivery.ts'
import { deliveryContent } from '../../src/channels/delivery-content.ts'
import { dispatchMail } from '../../src/channels/email/send.ts'
import { dispatchSms } from '../../src/channels/sms/send.ts'
import type { Entry } from '../../src/core/history.ts'

export interface Dispatch {
  /** Of an SMS: what it is paid for as. */
  readonly segments?: number
  send(): Promise<Handover>
  /** Of what was sent since then (ms since the epoch): its id there, nothing when it is not there, `unknown` when nobody can tell. */
  find(since: number): Promise<{ readonly providerId: string } | undefined | 'unknown'>
}

/** Throws for a command that is not in the entry: then it is not the entry of the delivery. */
export async function dispatchOf(
  delivery: OutboxMessage,
  entry: Entry,
): Promise<Dispatch | { readonly problem: string }> {
  const said = deliveryContent(entry, delivery.name)
  if (delivery.to.channel === 'sms') {
    const from = env('SMS_NUMBER')
    if (from === undefined) return { problem: 'SMS is not configured in this deployment' }
    return dispatchSms({ ...delivery, to: delivery.to }, said, from)
  }
  const from = env('EMAIL_ADDRESS')
  if (from === undefined) return { problem: 'e-mail is not configured in this deployment' }
  return dispatchMail({ ...delivery, to: delivery.to }, said, from)
}
