/** Checks that Baton's numbers are registered for what programs send, where carriers ask for it: in North America. */
import {
  brandsOf,
  campaignsOf,
  numberOf,
  serviceOf,
  serviceWith,
  type TwilioAccount,
  verificationsOf,
} from '../providers/twilio.ts'
import { type Check, type Finding, fail, ok, warn } from './check.ts'
import type { Dependencies } from './dependencies.ts'

const TOLL_FREE = /^\+1(800|833|844|855|866|877|888)/

/** Local numbers and toll-free ones have registrations of their own. */
export const smsRegistration = (on: Dependencies): Check => ({
  name: 'Twilio A2P',
  find: async () => {
    const twilio = await on.twilio()
    const { smsNumber, messagingServiceSid } = on.validSettings()
    const numbers =
      smsNumber === undefined
        ? (await serviceOf(twilio, messagingServiceSid ?? '')).numbers
        : [smsNumber]
    const american = numbers.filter((each) => each.startsWith('+1'))
    const tollFree = american.filter((each) => TOLL_FREE.test(each))
    const [local] = american.filter((each) => !TOLL_FREE.test(each))
    const findings = await Promise.all([
      ...(local === undefined ? [] : [a2p(twilio, local, messagingServiceSid)]),
      ...tollFree.map((each) => verification(twilio, each)),
    ])
    const open = findings.find(({ state }) => state !== 'ok')
    return open ?? findings[0] ?? ok('not needed: no number begins with +1')
  },
})

const A2P =
  'Numbers that begin with +1 need an A2P 10DLC registration, a campaign, and the number in its Messaging Service: https://www.twilio.com/docs/messaging/compliance/a2p-10dlc. A Canadian number needs it only for SMS to the United States.'

/** Of a number with an area code. What counts is where its SMS go, so Canadian numbers have no exception. */
async function a2p(
  twilio: TwilioAccount,
  number: string,
  messagingServiceSid: string | undefined,
): Promise<Finding> {
  const service = messagingServiceSid ?? (await serviceWith(twilio, number))
  const states = service === undefined ? [] : await campaignsOf(twilio, service)
  if (states.includes('VERIFIED')) return ok(`the campaign of ${service} is verified`)
  const brands = await brandsOf(twilio)
  const campaign =
    states.length > 0 ? `The campaign is ${states.join(', ')}` : 'There is no campaign'
  const brand = brands.length > 0 ? `the brand is ${brands.join(', ')}` : 'there is no brand'
  return warn(`${campaign}, ${brand}, so carriers in the United States do not deliver.`, A2P)
}

const VERIFY =
  'Submit it: https://www.twilio.com/docs/messaging/compliance/toll-free/console-onboarding. An A2P 10DLC registration is not needed for it.'

async function verification(twilio: TwilioAccount, number: string): Promise<Finding> {
  const sid = (await numberOf(twilio, number))?.sid
  if (sid === undefined)
    return fail(`The account has no number ${number}.`, 'Buy it, or run baton init.')
  const states = await verificationsOf(twilio, sid)
  if (states.includes('TWILIO_APPROVED')) return ok(`the toll-free number ${number} is verified`)
  const state = states.length > 0 ? `is ${states.join(', ')}` : 'was not submitted'
  return warn(
    `The toll-free verification of ${number} ${state}, so carriers in the United States and Canada do not deliver.`,
    VERIFY,
  )
}
