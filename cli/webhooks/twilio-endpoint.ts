/** Twilio's side of SMS: the address that a number, or its Messaging Service, calls when a message comes in. */
import { CliError } from '../errors.ts'
import {
  type Parameters,
  type TwilioAccount,
  updateNumber,
  updateService,
} from '../providers/twilio.ts'
import type { Endpoint } from './endpoint.ts'
import type { Inbound } from './twilio-inbound.ts'

/** Throws a CliError if other numbers would be connected, too. `smsNumber` is Baton's, unless it has a whole service. */
export function twilioEndpoint(
  twilio: TwilioAccount,
  inbound: Inbound,
  { url, smsNumber }: { readonly url: string; readonly smsNumber: string | undefined },
): Endpoint {
  const { kind, sid, label, numbers } = inbound
  const others = smsNumber === undefined ? [] : numbers.filter((each) => each !== smsNumber)
  if (others.length > 0)
    throw new CliError(
      `The ${label} takes the messages of other numbers, too: ${others.join(', ')}.`,
      {
        cure: 'Let the service use the webhook of each number (Integration: "Defer to sender\'s webhook"), or give Baton the whole service by the setting messagingServiceSid.',
      },
    )
  const update = kind === 'number' ? updateNumber : updateService
  const wanted =
    kind === 'number'
      ? { SmsUrl: url, SmsMethod: 'POST', SmsApplicationSid: '' }
      : { InboundRequestUrl: url, InboundMethod: 'POST', UseInboundWebhookOnNumber: 'false' }
  return {
    key: `twilio/${sid}`,
    label,
    now: nowOf(inbound),
    wanted,
    besides: [],
    async connect() {
      await update(twilio, sid, wanted)
      return { values: wanted }
    },
    restore: (before) => update(twilio, sid, before ?? {}),
  }
}

const nowOf = ({ kind, url, method, application, isLeft }: Inbound): Parameters =>
  kind === 'number'
    ? { SmsUrl: url, SmsMethod: method, SmsApplicationSid: application }
    : { InboundRequestUrl: url, InboundMethod: method, UseInboundWebhookOnNumber: String(isLeft) }
