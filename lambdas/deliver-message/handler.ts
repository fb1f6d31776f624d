/** Takes what goes out to people from the outbox and hands it to its provider: claimed before, recorded after. */
import { setTimeout as wait } from 'node:timers/promises'
import { isAllowed } from '../../src/adapters/contacts.ts'
import { recordDelivery } from '../../src/adapters/delivery-records.ts'
import { readEntry } from '../../src/adapters/history.ts'
import { logger } from '../../src/adapters/logger.ts'
import { publish } from '../../src/adapters/metrics.ts'
import { type OutboxMessage, outboxMessage } from '../../src/adapters/queues.ts'
import type { DeliveryRecord, Handover, PreparedDelivery } from '../../src/channels/delivery.ts'
import { prepareDelivery } from '../../src/channels/send.ts'
import type { Entry } from '../../src/core/history.ts'
import { fifo } from '../../src/triggers/fifo.ts'
import { countSent } from './count-sent.ts'
import { tellConductor } from './tell-conductor.ts'

export const handler = fifo(outboxMessage, deliver)

/** Between attempts within one invocation, ms; after the last the queue tries again. */
const PAUSES = [1_000, 3_000]

/** The others are over: whoever comes with the same delivery again sends nothing. */
const OPEN: readonly DeliveryRecord['status'][] = ['sending', 'waiting']
const TAKEN: readonly DeliveryRecord['status'][] = ['sent', 'delivered', 'undelivered']

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
  // Asked last: what was sent before somebody was taken off the list was sent.
  if (!(await isAllowed(to.address)))
    return end(delivery, entry, record, {
      status: 'refused',
      problem: 'is not among those who may be written to',
    })
  return send(delivery, entry, record, prepared)
}

const DOUBT =
  'whether the provider took it was not answered, and cannot be asked: it is not sent again'

/** Claimed by each attempt anew, so that of two who deliver at once one gives way. */
async function send(
  delivery: OutboxMessage,
  entry: Entry,
  before: DeliveryRecord | undefined,
  prepared: PreparedDelivery,
): Promise<void> {
  let last = before
  for (const pause of [...PAUSES, undefined]) {
    const claim = await record(delivery, last, { ...paid(prepared), status: 'sending' })
    if (!claim) return logger.warn('not delivered: somebody else does it', { ...idsOf(delivery) })
    const handover = await prepared.send()
    if (handover.status === 'sent')
      return end(delivery, entry, claim, { ...paid(prepared), ...handover })
    if (handover.status === 'refused') return end(delivery, entry, claim, handover)
    if (handover.status === 'doubt') return doubt(delivery, entry, claim, handover, prepared, pause)
    last = await record(delivery, claim, { status: 'waiting', problem: handover.problem })
    if (!last) return
    if (pause !== undefined) await wait(pause)
  }
  throw new Error('not delivered yet; the record at the entry says why')
}

/** The provider is asked; what it does not know by then it may know later, before it is sent again. */
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
  throw new Error('in doubt whether it was sent: asked again later')
}

type Outcome = Omit<DeliveryRecord, 'to' | 'channel' | 'at'>

/** It is over; what was not sent is told to whoever can do something about it. */
async function end(
  delivery: OutboxMessage,
  entry: Entry,
  before: DeliveryRecord | undefined,
  outcome: Outcome,
): Promise<void> {
  const { status } = outcome
  if (await record(delivery, before, outcome)) {
    logger.info('delivery', { ...idsOf(delivery), status })
    if (status === 'in doubt') publish({ DeliveriesUncertain: 1 })
    if (status === 'refused') publish({ DeliveriesRefused: 1 })
    await finish(delivery, entry, outcome)
    // Twilio may have called back before us with what became of it.
  } else if (status === 'sent') await countSent(delivery, outcome.segments)
}

/** Counted and told once, however often: whoever recorded it may not have come to this. */
async function finish(delivery: OutboxMessage, entry: Entry, outcome: Outcome): Promise<void> {
  const { status, segments } = outcome
  if (TAKEN.includes(status)) await countSent(delivery, segments)
  if (status === 'refused' || status === 'in doubt') await tellConductor(delivery, entry, outcome)
}

/** What the record says of its price. */
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
