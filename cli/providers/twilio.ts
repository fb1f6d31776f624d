/** Twilio: https://www.twilio.com/docs/phone-numbers/api and https://www.twilio.com/docs/messaging/api */
import * as z from 'zod'
import { baseUrl, readFrom } from './call.ts'

export interface TwilioAccount {
  readonly accountSid: string
  readonly authToken: string
}

function read<T>({ accountSid, authToken }: TwilioAccount, url: string, answer: z.ZodType<T>) {
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
  return readFrom({ provider: 'Twilio', url, headers: { authorization }, answer })
}

const account = ({ accountSid }: TwilioAccount) =>
  `${baseUrl('TWILIO_API_URL', 'https://api.twilio.com')}/2010-04-01/Accounts/${accountSid}`

const services = () =>
  `${baseUrl('TWILIO_MESSAGING_URL', 'https://messaging.twilio.com')}/v1/Services`

/** Returns the account's status. Throws a ProviderRefusal if Twilio does not accept the token. */
export async function checkTwilioToken(twilio: TwilioAccount): Promise<string> {
  const url = `${account(twilio)}.json`
  const { status, type } = await read(
    twilio,
    url,
    z.object({ status: z.string(), type: z.string() }),
  )
  return `Twilio accepts the token; the account is ${status.toLowerCase()}, ${type}`
}

const number = z.object({
  phone_number: z.string(),
  capabilities: z.object({ sms: z.boolean().default(false) }),
  sms_url: z.string().nullable().default(null),
  sms_application_sid: z.string().nullable().default(null),
})

/** Returns the account's number, or undefined if it has no such number. */
export async function numberOf(twilio: TwilioAccount, phoneNumber: string) {
  const url = `${account(twilio)}/IncomingPhoneNumbers.json?PhoneNumber=${encodeURIComponent(phoneNumber)}`
  const answer = z.object({ incoming_phone_numbers: z.array(number) })
  const { incoming_phone_numbers: found } = await read(twilio, url, answer)
  return found.find(({ phone_number }) => phone_number === phoneNumber)
}

const numbersOf = async (twilio: TwilioAccount, serviceSid: string) => {
  const answer = z.object({ phone_numbers: z.array(z.object({ phone_number: z.string() })) })
  const url = `${services()}/${serviceSid}/PhoneNumbers?PageSize=1000`
  return (await read(twilio, url, answer)).phone_numbers.map(({ phone_number }) => phone_number)
}

/** Returns the Messaging Service that has the number, or undefined. Looks at the first hundred services. */
export async function serviceWith(twilio: TwilioAccount, phoneNumber: string) {
  const answer = z.object({ services: z.array(z.object({ sid: z.string() })) })
  for (const { sid } of (await read(twilio, `${services()}?PageSize=100`, answer)).services)
    if ((await numbersOf(twilio, sid)).includes(phoneNumber)) return sid
  return undefined
}

/** Returns the address that a Messaging Service calls; null if each number's own address counts. */
export async function serviceOf(twilio: TwilioAccount, sid: string) {
  const answer = z.object({
    inbound_request_url: z.string().nullable().default(null),
    use_inbound_webhook_on_number: z.boolean().default(false),
  })
  const found = await read(twilio, `${services()}/${sid}`, answer)
  const numbers = await numbersOf(twilio, sid)
  return { url: found.use_inbound_webhook_on_number ? null : found.inbound_request_url, numbers }
}

/** Returns the states of a Messaging Service's A2P campaigns, such as VERIFIED or PENDING. */
export async function campaignsOf(twilio: TwilioAccount, sid: string): Promise<readonly string[]> {
  const answer = z.object({ compliance: z.array(z.object({ campaign_status: z.string() })) })
  const { compliance } = await read(twilio, `${services()}/${sid}/Compliance/Usa2p`, answer)
  return compliance.map(({ campaign_status }) => campaign_status)
}
