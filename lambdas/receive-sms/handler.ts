/** Accepts SMS that Twilio posts. Each goes to the session of its sender's number. */
import { isAllowed, noteUnknown } from '../../src/adapters/contacts.ts'
import { env } from '../../src/adapters/environment.ts'
import { logger } from '../../src/adapters/logger.ts'
import { quarantine } from '../../src/adapters/quarantine.ts'
import { otherChannel, phoneNumber } from '../../src/channels/address.ts'
import type { UrlEncodedForm } from '../../src/channels/sms/form.ts'
import {
  type InboundSms,
  isOptOut,
  readSms,
  smsText,
  UnreadableSms,
} from '../../src/channels/sms/inbound.ts'
import { provenByTwilio } from '../../src/channels/sms/require-twilio.ts'
import { api } from '../../src/http/api.ts'
import { acceptMessage } from '../../src/use-cases/accept-message.ts'
import { routes } from './routes.ts'

/** Twilio would send any other text to the person, or treat it as an error. */
const EMPTY_TWIML = {
  statusCode: 200,
  headers: { 'content-type': 'text/xml', 'cache-control': 'no-store' },
  body: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
} as const

export const handler = api(
  routes,
  {
    'POST /api/webhooks/sms': async ({ claims: { form, raw } }) => {
      await receive(form, raw)
      return EMPTY_TWIML
    },
  },
  provenByTwilio('/api/webhooks/sms'),
)

/** From here on nothing is refused, because Twilio has signed it and would not deliver it again. */
async function receive(form: UrlEncodedForm, raw: Buffer): Promise<void> {
  const sms = readable(form)
  if (sms instanceof UnreadableSms) return quarantine('sms', raw, sms.message)
  if (sms.accountSid !== env('TWILIO_ACCOUNT_SID'))
    return quarantine('sms', raw, 'it belongs to another account')
  // A number on the list proves nothing here, because replies by SMS would reach another app.
  const channel = otherChannel(sms.from)
  if (channel !== undefined) return unknown(sms.from, `Baton does not use ${channel}`)
  if (![sms.to, sms.messagingServiceSid].includes(env('SMS_NUMBER')))
    return quarantine(
      'sms',
      raw,
      "its recipient is neither Baton's number nor its Messaging Service",
    )
  if (isOptOut(sms)) return logger.info('left to Twilio: it opts out, opts in or asks for help')
  if (sms.from === sms.to) return noteItself(sms)
  const sender = phoneNumber(sms.from)
  // Nobody can reply to a short code or a name, so neither is ever on the list.
  if (sender === undefined) return unknown(sms.from, 'sms from a short code or a name')
  if (!(await isAllowed(sender))) return unknown(sender, 'sms')
  await accept(sms, sender)
}

/** Records an SMS of Baton's number to itself with its text, by which `baton webhooks check` sees that SMS arrive. */
async function noteItself({ from, body }: InboundSms): Promise<void> {
  await noteUnknown(from, `own number: ${body}`)
  logger.info('ignored: it comes from its own number')
}

async function unknown(from: string, reason: string): Promise<void> {
  await noteUnknown(from, reason)
  logger.info('ignored: the sender is not on the list', { reason })
}

async function accept(sms: InboundSms, sender: string): Promise<void> {
  await acceptMessage(
    { sessionId: `sms-${sender.slice(1)}`, messageId: `sms-${sms.messageSid}` },
    {
      channel: 'sms',
      text: smsText(sms) || '(an empty message)',
      sender,
      replyTo: [{ channel: 'sms', address: sender }],
    },
  )
}

function readable(form: UrlEncodedForm): InboundSms | UnreadableSms {
  try {
    return readSms(form)
  } catch (error) {
    if (error instanceof UnreadableSms) return error
    throw error
  }
}
