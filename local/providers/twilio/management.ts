/** Twilio's REST API about an account: its numbers, Messaging Services, and A2P registrations. */
import { type IncomingNumber, type MessagingService, sidOf, type TwilioAccount } from './account.ts'

/** Thrown for a parameter that a resource does not have. */
export class UnknownParameter extends Error {
  override readonly name = 'UnknownParameter'
}

interface Managing {
  readonly account: TwilioAccount
  /** What the path names, in order. */
  readonly ids: readonly string[]
  readonly query: URLSearchParams
  /** The form that changes something. */
  readonly form: URLSearchParams
}

/** Returns the JSON of the response, or undefined if there is no such thing. */
type Answer = (managing: Managing) => object | undefined

const SERVICE = '/v1/Services/(MG[0-9a-f]{32})'
const NUMBERS = '/IncomingPhoneNumbers'

/**
 * https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
 * https://www.twilio.com/docs/messaging/api/service-resource and …/phonenumber-resource, …/usapptoperson-resource,
 * …/brand-registration-resource, and …/tollfree-verification-resource; these have a host of their own, which is the same here.
 */
const ROUTES: readonly (readonly [method: string, path: string, answer: Answer])[] = [
  ['GET', '.json', ({ account: { sid } }) => ({ sid, status: 'active', type: 'Full' })],
  ['GET', `${NUMBERS}.json`, listNumbers],
  ['GET', `${NUMBERS}/(PN[0-9a-f]{32}).json`, (managing) => numberJson(numberOf(managing))],
  ['POST', `${NUMBERS}/(PN[0-9a-f]{32}).json`, updateNumber],
  ['GET', '/v1/Services', listServices],
  ['GET', SERVICE, (managing) => serviceJson(serviceOf(managing))],
  ['POST', SERVICE, updateService],
  ['GET', `${SERVICE}/PhoneNumbers`, listNumbersOfService],
  ['GET', `${SERVICE}/Compliance/Usa2p`, listCampaigns],
  ['GET', '/v1/a2p/BrandRegistrations', listBrands],
  ['GET', '/v1/Tollfree/Verifications', listVerifications],
]

/**
 * Returns the JSON for a request that is about the account, or undefined if it is about something else or about something
 * that is not there.
 *
 * @throws UnknownParameter if the form has a parameter that the resource does not have
 */
export function manage(
  account: TwilioAccount,
  method: string,
  { pathname, searchParams: query }: URL,
  form: URLSearchParams,
): object | undefined {
  const ofAccount = `/2010-04-01/Accounts/${account.sid}`
  for (const [wanted, path, answer] of ROUTES) {
    const whole = path.startsWith('/v1') ? path : ofAccount + path
    const found = new RegExp(`^${whole.replaceAll('.', '\\.')}$`).exec(pathname)
    if (wanted === method && found) return answer({ account, ids: found.slice(1), query, form })
  }
  return undefined
}

const numberOf = ({ account, ids }: Managing) => account.numbers.find(({ sid }) => sid === ids[0])
const serviceOf = ({ account, ids }: Managing) => account.services.find(({ sid }) => sid === ids[0])

const numberJson = (number: IncomingNumber | undefined) =>
  number && {
    sid: number.sid,
    phone_number: number.phoneNumber,
    capabilities: { sms: number.hasSms, mms: number.hasSms, voice: true, fax: false },
    ...number.settings,
  }

const serviceJson = (service: MessagingService | undefined) =>
  service && { sid: service.sid, ...service.settings }

function listNumbers({ account, query }: Managing) {
  const wanted = query.get('PhoneNumber')
  const found = account.numbers.filter(({ phoneNumber }) => !wanted || phoneNumber === wanted)
  return { incoming_phone_numbers: found.map(numberJson) }
}

function updateNumber(managing: Managing) {
  const number = numberOf(managing)
  if (number) change(number.settings, managing.form)
  return numberJson(number)
}

function listServices({ account }: Managing) {
  return { services: account.services.map(serviceJson) }
}

function updateService(managing: Managing) {
  const service = serviceOf(managing)
  if (service) change(service.settings, managing.form)
  return serviceJson(service)
}

function listNumbersOfService(managing: Managing) {
  const service = serviceOf(managing)
  return service && { phone_numbers: service.numbers.map((phone_number) => ({ phone_number })) }
}

function listCampaigns(managing: Managing) {
  const service = serviceOf(managing)
  return (
    service && {
      compliance: service.campaigns.map((campaign_status, n) => ({
        sid: sidOf('QE', `${service.sid}${n}`),
        messaging_service_sid: service.sid,
        campaign_status,
      })),
    }
  )
}

function listVerifications({ account: { verifications }, query }: Managing) {
  const wanted = query.get('TollfreePhoneNumberSid')
  const found = [...verifications].filter(([sid]) => wanted === null || sid === wanted)
  return {
    verifications: found.map(([tollfree_phone_number_sid, status]) => ({
      sid: sidOf('HH', tollfree_phone_number_sid),
      ...{ tollfree_phone_number_sid, status },
    })),
  }
}

function listBrands({ account: { sid, brands } }: Managing) {
  return { data: brands.map((status, n) => ({ sid: sidOf('BN', `${sid}${n}`), status })) }
}

/** Sets the properties that a form names: `SmsUrl` is `sms_url`. An empty value empties one. */
function change(settings: Record<string, string | boolean | null>, form: URLSearchParams): void {
  const changes = [...form].map(([name, value]) => {
    const property = name.replaceAll(/(?<!^)[A-Z]/g, '_$&').toLowerCase()
    if (!(property in settings)) throw new UnknownParameter(name)
    return [property, typeof settings[property] === 'boolean' ? value === 'true' : value] as const
  })
  Object.assign(settings, Object.fromEntries(changes))
}
