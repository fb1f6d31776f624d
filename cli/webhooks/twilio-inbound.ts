/** Which setting at Twilio says where the SMS to Baton go: that of a number, or that of its Messaging Service. */
import type { Config } from '../../lib/settings/schema.ts'
import { CliError } from '../errors.ts'
import { numberOf, serviceOf, serviceWith, type TwilioAccount } from '../providers/twilio.ts'

export interface Inbound {
  readonly kind: 'number' | 'service'
  readonly sid: string
  readonly label: string
  /** The address that is called; empty if none is. */
  readonly url: string
  /** GET or POST. */
  readonly method: string
  /** The application of Twilio that takes the messages instead; empty if none does. */
  readonly application: string
  /** Numbers whose messages go there, in E.164. */
  readonly numbers: readonly string[]
  /** Whether a Messaging Service leaves messages to the address of each number. */
  readonly isLeft: boolean
}

type Numbers = Pick<Config, 'smsNumber' | 'messagingServiceSid'>

/** Throws a CliError if the account has no such number. */
export async function inboundOf(
  twilio: TwilioAccount,
  { smsNumber, messagingServiceSid }: Numbers,
): Promise<Inbound> {
  const sid = messagingServiceSid ?? (smsNumber && (await serviceWith(twilio, smsNumber)))
  const service = sid === undefined ? undefined : await serviceOf(twilio, sid)
  if (service && (messagingServiceSid !== undefined || !service.isLeft))
    return {
      ...{ kind: 'service', label: `Messaging Service ${service.sid} at Twilio`, application: '' },
      ...{ sid: service.sid, numbers: service.numbers, isLeft: service.isLeft },
      ...{ url: service.isLeft ? '' : service.url, method: service.method },
    }
  return ofNumber(twilio, smsNumber ?? '')
}

async function ofNumber(twilio: TwilioAccount, smsNumber: string): Promise<Inbound> {
  const number = await numberOf(twilio, smsNumber)
  if (number === undefined)
    throw new CliError(`The account at Twilio has no number ${smsNumber}.`, {
      cure: 'Buy it, or run baton init.',
    })
  return {
    ...{ kind: 'number', sid: number.sid, label: `number ${smsNumber} at Twilio` },
    ...{ url: number.sms_url, method: number.sms_method, application: number.sms_application_sid },
    ...{ numbers: [smsNumber], isLeft: false },
  }
}
