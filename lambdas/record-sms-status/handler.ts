/** Records Twilio's status updates of outgoing SMS in their history entries, and has failures reported. */
import { type DeliveryKey, recordDelivery } from '../../src/adapters/delivery-records.ts'
import { readEntry } from '../../src/adapters/entries.ts'
import { logger } from '../../src/adapters/logger.ts'
import { publish } from '../../src/adapters/metrics.ts'
import { enqueueFailedDelivery } from '../../src/adapters/queues.ts'
import type { DeliveryRecord } from '../../src/channels/delivery.ts'
import type { UrlEncodedForm } from '../../src/channels/sms/form.ts'
import { provenByTwilio } from '../../src/channels/sms/require-twilio.ts'
import { afterStatus, readDeliveryParameter } from '../../src/channels/sms/status.ts'
import { api } from '../../src/http/api.ts'
import { noContent } from '../../src/http/respond.ts'
import { routes } from './routes.ts'

export const handler = api(
  routes,
  {
    'POST /api/webhooks/sms/status': async ({ query, claims: { form } }) => {
      await noteStatus(query.delivery, form)
      return noContent
    },
  },
  provenByTwilio('/api/webhooks/sms/status'),
)

const ATTEMPTS = 4

/** Records a status. Ignores an unknown delivery: the request was signed, so its session was deleted. */
async function noteStatus(delivery: string | undefined, form: UrlEncodedForm): Promise<void> {
  const key = readDeliveryParameter(delivery)
  const first = (name: string) => form.get(name)?.[0]
  const status = first('MessageStatus')
  const sid = first('MessageSid')
  if (!key || status === undefined || sid === undefined) return
  const errorCode = first('ErrorCode')
  const at = new Date().toISOString()
  const update = { status, sid, at, ...(errorCode !== undefined && { errorCode }) }
  // Callbacks arrive close together, and while the sending is being recorded.
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const entry = await readEntry(key.sessionId, key.seq)
    const record = entry?.deliveries?.find(({ name }) => name === key.name)
    if (!record) return
    const next = afterStatus(record, update)
    if (next && !(await recordDelivery(key, record, next))) continue
    return reportFailure(key, next ?? record, next !== undefined)
  }
  throw new Error('the delivery kept changing; Twilio will call again')
}

/**
 * Hands an SMS that was not delivered back to the outbox, which reports it. Does so for a repeated callback, too, because
 * the first one may have died before this. `isNew` counts it once.
 */
async function reportFailure(
  key: DeliveryKey,
  { status, to, problem }: DeliveryRecord,
  isNew: boolean,
): Promise<void> {
  if (status !== 'undelivered') return
  if (isNew) {
    logger.warn('an SMS was not delivered', { seq: key.seq, delivery: key.name, problem })
    publish({ DeliveriesUndelivered: 1 })
  }
  await enqueueFailedDelivery({ ...key, to: { channel: 'sms', address: to } })
}
