/** What an account at Twilio has beside its messages: numbers, Messaging Services, and their registrations. */
import { createHash } from 'node:crypto'

/** Properties of a resource, named as in its JSON. */
type Properties = Record<string, string | boolean | null>

export interface IncomingNumber {
  readonly sid: string
  readonly phoneNumber: string
  /** Whether it can send and receive SMS. */
  hasSms: boolean
  /** `sms_url` and what else a client may change. */
  readonly settings: Properties
}

export interface MessagingService {
  readonly sid: string
  /** In E.164. */
  readonly numbers: string[]
  /** `inbound_request_url` and what else a client may change. */
  readonly settings: Properties
  /** The states of its A2P campaigns: `PENDING`, `IN_PROGRESS`, `VERIFIED`, `FAILED` … */
  readonly campaigns: string[]
}

export interface TwilioAccount {
  readonly sid: string
  readonly numbers: IncomingNumber[]
  readonly services: MessagingService[]
  /** The states of toll-free verifications by the SIDs of numbers: `PENDING_REVIEW`, `TWILIO_APPROVED` … */
  readonly verifications: Map<string, string>
  /** The states of its A2P brands: `PENDING`, `IN_REVIEW`, `APPROVED`, `FAILED` … */
  readonly brands: string[]
}

/** Returns an id that is the same each time, such as `PN…` for a number. */
export const sidOf = (kind: 'PN' | 'QE' | 'BN' | 'HH', of: string): string =>
  kind + createHash('md5').update(of).digest('hex')

/** Returns an account with one number, which nothing calls yet, in one Messaging Service, which leaves it to the number. */
export const newAccount = (
  sid: string,
  phoneNumber: string,
  serviceSid: string,
): TwilioAccount => ({
  sid,
  numbers: [newNumber(phoneNumber)],
  services: [newService(serviceSid, [phoneNumber])],
  verifications: new Map(),
  brands: [],
})

export const newNumber = (phoneNumber: string): IncomingNumber => ({
  sid: sidOf('PN', phoneNumber),
  phoneNumber,
  hasSms: true,
  settings: {
    sms_url: '',
    sms_method: 'POST',
    sms_fallback_url: '',
    sms_fallback_method: 'POST',
    sms_application_sid: '',
  },
})

const newService = (sid: string, numbers: readonly string[]): MessagingService => ({
  sid,
  numbers: [...numbers],
  settings: {
    inbound_request_url: null,
    inbound_method: 'POST',
    fallback_url: null,
    fallback_method: 'POST',
    status_callback: null,
    use_inbound_webhook_on_number: true,
  },
  campaigns: [],
})

/**
 * Returns the address that Twilio calls for a message to a number, or undefined if it calls none. A Messaging Service takes
 * the messages of its numbers, unless it leaves them to the number's own address.
 */
export function webhookOf({ numbers, services }: TwilioAccount, to: string): string | undefined {
  const service = services.find((each) => each.numbers.includes(to))
  if (service && service.settings.use_inbound_webhook_on_number !== true)
    return calledUrl(service.settings, 'inbound_request_url', 'inbound_method')
  const settings = numbers.find(({ phoneNumber }) => phoneNumber === to)?.settings
  // The application has addresses of its own, and the stand-in has no applications.
  if (!settings || settings.sms_application_sid) return undefined
  return calledUrl(settings, 'sms_url', 'sms_method')
}

function calledUrl(settings: Properties, url: string, method: string): string | undefined {
  if (!settings[url]) return undefined
  if (settings[method] !== 'POST') throw new Error('the stand-in calls webhooks by POST only')
  return String(settings[url])
}
