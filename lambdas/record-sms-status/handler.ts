/** Records Twilio's status updates of outgoing SMS in their history entries. */
import { recordDelivery } from '../../src/adapters/delivery-records.ts'
import { readEntry } from '../../src/adapters/history.ts'
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
    const next = record && afterStatus(record, update)
    if (!next || (await recordDelivery(key, record, next))) return
  }
  throw new Error('the delivery kept changing; Twilio will call again')
}
