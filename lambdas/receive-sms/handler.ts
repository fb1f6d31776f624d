/** Accepts an SMS that Twilio posts, for its number's session. */
import { isAllowed, noteUnknown } from '../adapters/contacts.ts'
import { variable } from '../adapters/environment.ts'
import { logger } from '../adapters/logger.ts'
import { quarantine } from '../adapters/quarantine.ts'
import { phoneNumber } from '../core/channels/address.ts'
import { type Form, readForm } from '../core/channels/form.ts'
import {
  type InboundSms,
  isOptOut,
  readSms,
  smsText,
  UnreadableSms,
} from '../core/channels/inbound-sms.ts'
import { http } from '../http/http.ts'
import { rawBody } from '../http/request.ts'
import type { HttpResponse } from '../http/respond.ts'
import { requireTwilio } from '../http/twilio.ts'
import { accept } from '../run/accept.ts'

/** Anything else would be sent to the person, or be an error to Twilio. */
const EMPTY_TWIML: HttpResponse = {
  statusCode: 200,
  headers: { 'content-type': 'text/xml', 'cache-control': 'no-store' },
  body: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
}

export const handler = http(async (event) => {
  const raw = rawBody(event)
  const form = readForm(raw)
  await requireTwilio(event, '/api/webhooks/sms', form)
  await receive(form, raw)
  return EMPTY_TWIML
})

/** Nothing is refused from here on: Twilio has signed it, and would not deliver it another time. */
async function receive(form: Form, raw: Buffer): Promise<void> {
  const sms = readable(form)
  if (sms instanceof UnreadableSms) return quarantine('sms', raw, sms.message)
  const sender = phoneNumber(sms.from)
  if (
    sender === undefined ||
    sms.to !== variable('SMS_NUMBER') ||
    sms.accountSid !== variable('TWILIO_ACCOUNT_SID')
  )
    return quarantine('sms', raw, 'it is not from a number to ours, or of another account')
  if (isOptOut(sms)) return logger.info('left to Twilio: it opts out or in, or asks for help')
  if (!(await isAllowed(sender))) {
    await noteUnknown(sender, 'sms')
    return logger.info('not taken: the sender is not on the list')
  }
  await accept(
    { sessionId: `sms-${sender.slice(1)}`, messageId: `sms-${sms.messageSid}` },
    {
      channel: 'sms',
      text: smsText(sms) || '(an empty message)',
      sender,
      askers: [{ channel: 'sms', address: sender }],
    },
  )
}

function readable(form: Form): InboundSms | UnreadableSms {
  try {
    return readSms(form)
  } catch (error) {
    if (error instanceof UnreadableSms) return error
    throw error
  }
}
