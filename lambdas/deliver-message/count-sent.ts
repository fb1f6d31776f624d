/** What was handed to a provider is counted, in its session and in the totals of the day. */
import { changeLedger } from '../adapters/ledgers.ts'
import type { Outgoing } from '../adapters/queue.ts'
import { readSession } from '../adapters/sessions.ts'
import { post } from '../adapters/totals.ts'
import { countDelivery } from '../core/ledger.ts'
import { senderOf } from '../core/spending.ts'

/** Counted once, however often. `segments` of an SMS. */
export async function countSent(
  { sessionId, seq, name, to }: Outgoing,
  segments = 0,
): Promise<void> {
  const used = to.channel === 'sms' ? { 'out.sms': 1, smsSegments: segments } : { 'out.email': 1 }
  const { item } = await changeLedger(sessionId, (ledger) =>
    countDelivery(ledger, `${seq}.${name}`, used, Date.now()),
  )
  const session = await readSession(sessionId)
  if (session)
    await post({ sessionId, sender: senderOf(session), source: 'ledger', days: item.days })
}
