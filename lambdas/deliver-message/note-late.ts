/** Lists a delivery that has failed often, so that the operator hears of it before the queue gives it up. */
import { readEntry } from '../../src/adapters/entries.ts'
import type { OutboxMessage } from '../../src/adapters/queues.ts'
import { noteUndelivered } from '../../src/adapters/undelivered.ts'
import { DELIVERY_ATTEMPTS } from '../../src/core/undelivered.ts'

/** Says with the last attempt that the queue gives it up: then it goes to the dead-letter queue. */
export async function noteLate(
  { sessionId, seq, name, to }: OutboxMessage,
  attempt: number,
): Promise<void> {
  const entry = await readEntry(sessionId, seq)
  if (!entry) return
  const record = entry.deliveries?.find((one) => one.name === name)
  const status = attempt < DELIVERY_ATTEMPTS ? 'late' : 'given up'
  const reason = record?.problem ?? 'The log of deliver-message says why.'
  const late = {
    sessionId,
    seq,
    name,
    to: to.address,
    channel: to.channel,
    reason,
    status,
  } as const
  await noteUndelivered({ ...late, at: entry.at }, entry.at)
}
