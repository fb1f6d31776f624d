/** The form that Twilio posts when the status of a message has changed. */
import { errorCodeOf, type MessageStatus, type SmsMessage } from './message.ts'
import type { Fields } from './signature.ts'

/** `YYMMDDhhmm`, as a network reports it. */
const minuteOf = (at: number) => new Date(at).toISOString().replace(/\D/g, '').slice(2, 12)

/** The fields of https://www.twilio.com/docs/messaging/guides/track-outbound-message-status */
export function callbackFields(
  { sid, from, to, at }: SmsMessage,
  status: MessageStatus,
  accountSid: string,
): Fields {
  const code = errorCodeOf(status)
  const done = status === 'delivered' || status === 'undelivered'
  return {
    SmsSid: sid,
    SmsStatus: status,
    MessageStatus: status,
    To: to,
    MessageSid: sid,
    AccountSid: accountSid,
    From: from,
    ApiVersion: '2010-04-01',
    ...(done && { RawDlrDoneDate: minuteOf(at) }),
    ...(code && { ErrorCode: String(code) }),
  }
}
