/** Twilio: https://www.twilio.com/docs/phone-numbers/api and https://www.twilio.com/docs/messaging/api */
import * as z from 'zod'
import { askProvider, baseUrl } from './call.ts'

export interface TwilioAccount {
  readonly accountSid: string
  readonly authToken: string
}

/** Parameters of a resource by name, such as `SmsUrl`. */
export type Parameters = Readonly<Record<string, string>>

function ask<T>(
  { accountSid, authToken }: TwilioAccount,
  url: string,
  answer: z.ZodType<T>,
  change?: Parameters,
) {
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
  return askProvider({
    provider: 'Twilio',
    url,
    headers: { authorization },
    answer,
    ...(change && { method: 'POST', body: new URLSearchParams(change) }),
  })
}

const api = () => baseUrl('TWILIO_API_URL', 'https://api.twilio.com')

const account = ({ accountSid }: TwilioAccount) => `${api()}/2010-04-01/Accounts/${accountSid}`

/** Messaging has a host of its own in each of Twilio's regions: messaging.twilio.com beside api.twilio.com. */
const messaging = () => `${api().replace('//api.', '//messaging.')}/v1`

const services = () => `${messaging()}/Services`

/** Returns the account's status. Throws a ProviderRefusal if Twilio does not accept the token. */
export async function checkTwilioToken(twilio: TwilioAccount): Promise<string> {
  const answer = z.object({ status: z.string(), type: z.string() })
  const { status, type } = await ask(twilio, `${account(twilio)}.json`, answer)
  return `Twilio accepts the token; the account is ${status.toLowerCase()}, ${type}`
}

/** Twilio says null or an empty text if something is not set. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

const number = z.object({
  sid: z.string(),
  phone_number: z.string(),
  capabilities: z.object({ sms: z.boolean().default(false) }),
  sms_url: text,
  sms_method: text,
  sms_application_sid: text,
})

/** Returns the account's number, or undefined if it has no such number. */
export async function numberOf(twilio: TwilioAccount, phoneNumber: string) {
  const url = `${account(twilio)}/IncomingPhoneNumbers.json?PhoneNumber=${encodeURIComponent(phoneNumber)}`
  const answer = z.object({ incoming_phone_numbers: z.array(number) })
  const { incoming_phone_numbers: found } = await ask(twilio, url, answer)
  return found.find(({ phone_number }) => phone_number === phoneNumber)
}

export async function updateNumber(twilio: TwilioAccount, sid: string, change: Parameters) {
  await ask(twilio, `${account(twilio)}/IncomingPhoneNumbers/${sid}.json`, z.unknown(), change)
}

const numbersOf = async (twilio: TwilioAccount, serviceSid: string) => {
  const answer = z.object({ phone_numbers: z.array(z.object({ phone_number: z.string() })) })
  const url = `${services()}/${serviceSid}/PhoneNumbers?PageSize=1000`
  return (await ask(twilio, url, answer)).phone_numbers.map(({ phone_number }) => phone_number)
}

/** Returns the Messaging Service that has the number, or undefined. Looks at the first hundred services. */
export async function serviceWith(twilio: TwilioAccount, phoneNumber: string) {
  const answer = z.object({ services: z.array(z.object({ sid: z.string() })) })
  for (const { sid } of (await ask(twilio, `${services()}?PageSize=100`, answer)).services)
    if ((await numbersOf(twilio, sid)).includes(phoneNumber)) return sid
  return undefined
}

/** Returns a Messaging Service with its numbers. `isLeft`: it leaves messages to the address of each number. */
export async function serviceOf(twilio: TwilioAccount, sid: string) {
  const answer = z.object({
    inbound_request_url: text,
    inbound_method: text,
    use_inbound_webhook_on_number: z.boolean().default(false),
  })
  const found = await ask(twilio, `${services()}/${sid}`, answer)
  const numbers = await numbersOf(twilio, sid)
  return {
    sid,
    url: found.inbound_request_url,
    method: found.inbound_method,
    isLeft: found.use_inbound_webhook_on_number,
    numbers,
  }
}

export async function updateService(twilio: TwilioAccount, sid: string, change: Parameters) {
  await ask(twilio, `${services()}/${sid}`, z.unknown(), change)
}

/** Returns the states of a Messaging Service's A2P campaigns, such as VERIFIED or PENDING. */
export async function campaignsOf(twilio: TwilioAccount, sid: string): Promise<readonly string[]> {
  const answer = z.object({ compliance: z.array(z.object({ campaign_status: z.string() })) })
  const { compliance } = await ask(twilio, `${services()}/${sid}/Compliance/Usa2p`, answer)
  return compliance.map(({ campaign_status }) => campaign_status)
}

/** Returns the states of the account's A2P brands, such as APPROVED or FAILED. */
export async function brandsOf(twilio: TwilioAccount): Promise<readonly string[]> {
  const answer = z.object({ data: z.array(z.object({ status: z.string() })) })
  const { data } = await ask(twilio, `${messaging()}/a2p/BrandRegistrations`, answer)
  return data.map(({ status }) => status)
}

/** Returns the states of a toll-free number's verifications: TWILIO_APPROVED, TWILIO_REJECTED, PENDING_REVIEW, IN_REVIEW. */
export async function verificationsOf(
  twilio: TwilioAccount,
  numberSid: string,
): Promise<readonly string[]> {
  const answer = z.object({ verifications: z.array(z.object({ status: z.string() })) })
  const url = `${messaging()}/Tollfree/Verifications?TollfreePhoneNumberSid=${numberSid}`
  return (await ask(twilio, url, answer)).verifications.map(({ status }) => status)
}
