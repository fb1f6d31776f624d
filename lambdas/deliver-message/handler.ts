/** Sends the outbox's deliveries to their providers. Each is claimed before and recorded after. */
import { setTimeout as wait } from 'node:timers/promises'
import { isAllowed } from '../../src/adapters/contacts.ts'
import { recordDelivery } from '../../src/adapters/delivery-records.ts'
import { readEntry } from '../../src/adapters/entries.ts'
import { logger } from '../../src/adapters/logger.ts'
import { publish } from '../../src/adapters/metrics.ts'
import { type OutboxMessage, outboxMessage } from '../../src/adapters/queues.ts'
import { settleLate } from '../../src/adapters/undelivered.ts'
import type { DeliveryRecord, Handover, PreparedDelivery } from '../../src/channels/delivery.ts'
import { prepareDelivery } from '../../src/channels/send.ts'
import type { Entry } from '../../src/core/history.ts'
import { LATE_ATTEMPTS } from '../../src/core/undelivered.ts'
import { fifo } from '../../src/triggers/fifo.ts'
import { countSent } from './count-sent.ts'
import { noteLate } from './note-late.ts'
import { type Failure, reportFailure } from './report-failure.ts'

export const handler = fifo(outboxMessage, deliverOrNote)

/** Pauses between attempts within one invocation, in ms. After the last attempt the queue tries again. */
const PAUSES = [1_000, 3_000]

/** In any other state the delivery is finished, and is not sent again. */
const OPEN: readonly DeliveryRecord['status'][] = ['sending', 'waiting']
const ACCEPTED: readonly DeliveryRecord['status'][] = ['sent', 'delivered', 'undelivered']
const FAILED: readonly DeliveryRecord['status'][] = ['refused', 'in doubt', 'undelivered']

/** The operator is told if it fails again and again. */
async function deliverOrNote(delivery: OutboxMessage, attempt: number): Promise<void> {
  try {
    await deliver(delivery)
  } catch (error) {
    if (attempt >= LATE_ATTEMPTS) await noteLate(delivery, attempt)
    throw error
  }
}

async function deliver(delivery: OutboxMessage): Promise<void> {
  const { sessionId, seq, name, to } = delivery
  const entry = await readEntry(sessionId, seq)
  if (!entry) return logger.warn('not delivered: its session was deleted', { seq, name })
  const record = entry.deliveries?.find((one) => one.name === name)
  if (record && !OPEN.includes(record.status)) return finish(delivery, entry, record)
  const prepared = await prepareDelivery(delivery, entry)
  if ('problem' in prepared) return end(delivery, entry, record, { status: 'refused', ...prepared })
  const found = record?.status === 'sending' && (await prepared.find(Date.parse(record.at)))
  if (found === 'unknown')
    return end(delivery, entry, record, { status: 'in doubt', problem: DOUBT })
  if (found) return end(delivery, entry, record, { ...paid(prepared), status: 'sent', ...found })
  // Check this last, so that a message sent before its recipient left the list is still recorded as sent.
  if (!(await isAllowed(to.address)))
    return end(delivery, entry, record, {
      status: 'refused',
      problem: 'the recipient is not on the list of allowed people',
    })
  return send(delivery, entry, record, prepared)
}

const DOUBT = 'the provider did not confirm it and cannot be asked, so it is not sent again'

/** Claims the delivery anew for each attempt, so that of two concurrent senders one gives way. */
async function send(
  delivery: OutboxMessage,
  entry: Entry,
  before: DeliveryRecord | undefined,
  prepared: PreparedDelivery,
): Promise<void> {
  let last = before
  for (const pause of [...PAUSES, undefined]) {
    const claim = await record(delivery, last, { ...paid(prepared), status: 'sending' })
    if (!claim)
      return logger.warn('not delivered here: another invocation is doing it', {
        ...idsOf(delivery),
      })
    const handover = await prepared.send()
    if (handover.status === 'sent')
      return end(delivery, entry, claim, { ...paid(prepared), ...handover })
    if (handover.status === 'refused') return end(delivery, entry, claim, handover)
    if (handover.status === 'doubt') return doubt(delivery, entry, claim, handover, prepared, pause)
    last = await record(delivery, claim, { status: 'waiting', problem: handover.problem })
    if (!last) return
    if (pause !== undefined) await wait(pause)
  }
  throw new Error("not delivered yet; the entry's record says why")
}

/** Asks the provider whether it has the message. If not, the queue tries again, and asks again before it sends. */
async function doubt(
  delivery: OutboxMessage,
  entry: Entry,
  claim: DeliveryRecord,
  { problem }: Extract<Handover, { status: 'doubt' }>,
  prepared: PreparedDelivery,
  pause = 1_000,
): Promise<void> {
  await wait(pause)
  const found = await prepared.find(Date.parse(claim.at))
  if (found === 'unknown') return end(delivery, entry, claim, { status: 'in doubt', problem })
  if (found) return end(delivery, entry, claim, { ...paid(prepared), status: 'sent', ...found })
  throw new Error('in doubt whether it was sent; the provider will be asked again')
}

type Outcome = Omit<DeliveryRecord, 'to' | 'channel' | 'at'> & Partial<Pick<DeliveryRecord, 'at'>>

/** Finishes a delivery: records its outcome, and reports a failure. */
async function end(
  delivery: OutboxMessage,
  entry: Entry,
  before: DeliveryRecord | undefined,
  outcome: Outcome,
): Promise<void> {
  const { status } = outcome
  const at = new Date().toISOString()
  if (await record(delivery, before, { ...outcome, at })) {
    logger.info('delivery', { ...idsOf(delivery), status })
    if (status === 'in doubt') publish({ DeliveriesInDoubt: 1 })
    if (status === 'refused') publish({ DeliveriesRefused: 1 })
    await finish(delivery, entry, { ...outcome, at })
    // Twilio's callback may have recorded the outcome first.
  } else if (status === 'sent') await finish(delivery, entry, { ...outcome, at })
}

/** Counts and reports the outcome. Idempotent, because an earlier attempt may have died after recording it. */
async function finish(
  delivery: OutboxMessage,
  entry: Entry,
  outcome: Outcome & Failure,
): Promise<void> {
  const { status, segments } = outcome
  if (ACCEPTED.includes(status)) {
    await countSent(delivery, segments)
    // Only a delivery that was tried before may be listed as late.
    if (entry.deliveries?.some(({ name }) => name === delivery.name))
      await settleLate(delivery, entry.at)
  }
  if (FAILED.includes(status)) await reportFailure(delivery, entry, outcome)
}

/** The part of the record about its price. */
const paid = ({ segments }: PreparedDelivery) => (segments === undefined ? {} : { segments })

async function record(
  delivery: OutboxMessage,
  before: DeliveryRecord | undefined,
  outcome: Outcome,
): Promise<DeliveryRecord | undefined> {
  const { address: to, channel } = delivery.to
  const next = { to, channel, at: new Date().toISOString(), ...outcome }
  return (await recordDelivery(delivery, before, next)) ? next : undefined
}

const idsOf = ({ seq, name, to }: OutboxMessage) => ({ seq, delivery: name, channel: to.channel })
