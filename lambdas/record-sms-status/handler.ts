/** Records Twilio's status updates of outgoing SMS in their history entries. */
import { recordDelivery } from '../../src/adapters/delivery-records.ts'
import { readEntry } from '../../src/adapters/history.ts'
import { requireTwilio } from '../../src/channels/sms/require-twilio.ts'
import { afterStatus, readDeliveryParameter } from '../../src/channels/sms/status.ts'
import { api } from '../../src/http/api.ts'
import { readUrlEncodedForm, type UrlEncodedForm } from '../../src/http/form.ts'
import { type HttpEvent, rawBody } from '../../src/http/request.ts'
import { type HttpResponse, noContent } from '../../src/http/respond.ts'
import { routes } from './routes.ts'

export const handler = api(routes, { 'POST /api/webhooks/sms/status': recordStatus })

async function recordStatus(event: HttpEvent): Promise<HttpResponse> {
  const form = readUrlEncodedForm(rawBody(event))
  await requireTwilio(event, '/api/webhooks/sms/status', form)
  await noteStatus(event, form)
  return noContent
}

const ATTEMPTS = 4

/** Records a status. Ignores an unknown delivery: the request was signed, so its session was deleted. */
async function noteStatus(event: HttpEvent, form: UrlEncodedForm): Promise<void> {
  const key = readDeliveryParameter(event.queryStringParameters?.delivery)
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
