/** Counts a sent message in its session's ledger and in the day's totals. */
import { changeLedger } from '../../src/adapters/ledgers.ts'
import type { OutboxMessage } from '../../src/adapters/queues.ts'
import { readSession } from '../../src/adapters/sessions.ts'
import { post } from '../../src/adapters/totals.ts'
import { outboundChannel } from '../../src/channels/index.ts'
import { senderOf } from '../../src/core/budget-check.ts'
import { countDelivery } from '../../src/core/ledger.ts'

/** Counts a message once, even if called again. `segments` is for an SMS. */
export async function countSent(
  { sessionId, seq, name, to }: OutboxMessage,
  segments = 0,
): Promise<void> {
  const used = outboundChannel(to.channel).sent(segments)
  const { item } = await changeLedger(sessionId, (ledger) =>
    countDelivery(ledger, `${seq}.${name}`, used, Date.now()),
  )
  const session = await readSession(sessionId)
  if (session)
    await post({
      sessionId,
      sender: senderOf(session),
      ledger: item,
      isOpen: session.run.open,
      to: { day: 'part' },
    })
}
