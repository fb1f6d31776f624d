/** Checks of what is set up at E2B, Twilio and SendGrid, besides keys. */
import { Resolver } from 'node:dns/promises'
import { hasTemplate } from '../providers/e2b.ts'
import { isAuthenticated, parseSettingFor } from '../providers/sendgrid.ts'
import {
  campaignsOf,
  numberOf,
  serviceOf,
  serviceWith,
  type TwilioAccount,
} from '../providers/twilio.ts'
import { type Check, type Finding, fail, ok, Skip, warn } from './check.ts'
import type { Dependencies } from './dependencies.ts'

const template = (on: Dependencies): Check => ({
  name: 'E2B template',
  find: async () => {
    const { e2bTemplate } = on.validSettings()
    return (await hasTemplate(await on.key('e2b-api-key'), e2bTemplate))
      ? ok(`"${e2bTemplate}" is in the account`)
      : fail(`The account has no template "${e2bTemplate}".`, 'Run npm run template.')
  },
})

async function twilioOf(on: Dependencies): Promise<TwilioAccount> {
  const { twilioAccountSid } = on.validSettings()
  if (twilioAccountSid === undefined) throw new Skip('SMS is off')
  return { accountSid: twilioAccountSid, authToken: await on.key('twilio-auth-token') }
}

const number = (on: Dependencies): Check => ({
  name: 'Twilio number',
  find: async () => {
    const twilio = await twilioOf(on)
    const { smsNumber, messagingServiceSid = '' } = on.validSettings()
    if (smsNumber === undefined) {
      const { numbers } = await serviceOf(twilio, messagingServiceSid)
      return numbers.length > 0
        ? ok(`the service sends from ${numbers.join(', ')}`)
        : fail('The Messaging Service has no number.', 'Add one to it in the console of Twilio.')
    }
    const found = await numberOf(twilio, smsNumber)
    if (!found) return fail(`The account has no number ${smsNumber}.`, 'Buy it, or run baton init.')
    return found.capabilities.sms
      ? ok(`${smsNumber} can send and receive SMS`)
      : fail(`${smsNumber} cannot send SMS.`, 'Take another number of the account: baton init.')
  },
})

const webhook = (on: Dependencies): Check => ({
  name: 'Twilio webhook',
  find: async () => {
    const twilio = await twilioOf(on)
    const { smsNumber, messagingServiceSid } = on.validSettings()
    const wanted = await on.output('SmsWebhook')
    const service = messagingServiceSid ?? (smsNumber && (await serviceWith(twilio, smsNumber)))
    const ofService = service ? (await serviceOf(twilio, service)).url : null
    const ofNumber = smsNumber ? await numberOf(twilio, smsNumber) : undefined
    if (!ofService && ofNumber?.sms_application_sid)
      return fail(
        'An application of Twilio takes the messages of the number.',
        'Remove it from the number.',
      )
    return webhookFinding(ofService || ofNumber?.sms_url || '', wanted)
  },
})

function webhookFinding(url: string, wanted: string): Finding {
  if (url === wanted) return ok(wanted)
  const cure = `Let the number (or its Messaging Service) call, by POST: ${wanted}`
  if (url === '') return fail('No address is called when a message comes in.', cure)
  if (url.split('#')[0] === wanted.split('#')[0])
    return warn('The fragment is missing, so Twilio retries only if it cannot connect.', cure)
  return fail(`Another address is called: ${url}`, cure)
}

const APPROVED = 'VERIFIED'

const a2p = (on: Dependencies): Check => ({
  name: 'Twilio A2P',
  find: async () => {
    const twilio = await twilioOf(on)
    const { smsNumber, messagingServiceSid } = on.validSettings()
    if (smsNumber !== undefined && !smsNumber.startsWith('+1'))
      return ok('not needed: the number is not in the United States')
    const service = messagingServiceSid ?? (smsNumber && (await serviceWith(twilio, smsNumber)))
    const states = service ? await campaignsOf(twilio, service) : []
    if (states.includes(APPROVED)) return ok(`the campaign of ${service} is verified`)
    const cure =
      'Numbers in the United States need an A2P 10DLC registration, a campaign, and the number in its Messaging Service: https://www.twilio.com/docs/messaging/compliance/a2p-10dlc'
    const found =
      states.length > 0 ? `The campaign is ${states.join(', ')}` : 'There is no campaign'
    return warn(`${found}, so carriers in the United States do not deliver.`, cure)
  },
})

const domainOf = (on: Dependencies): string => {
  const { emailAddress } = on.validSettings()
  if (emailAddress === undefined) throw new Skip('email is off')
  return emailAddress.slice(emailAddress.lastIndexOf('@') + 1)
}

const domain = (on: Dependencies): Check => ({
  name: 'SendGrid domain',
  find: async () => {
    const name = domainOf(on)
    const isValid = await isAuthenticated(await on.key('sendgrid-api-key'), name)
    if (isValid) return ok(`${name} is authenticated (DKIM and SPF)`)
    const cure = 'Authenticate it: https://app.sendgrid.com/settings/sender_auth'
    return fail(
      isValid === undefined
        ? `SendGrid does not know ${name}.`
        : `The records of ${name} are not valid.`,
      cure,
    )
  },
})

const MX = 'mx.sendgrid.net'

const mx = (on: Dependencies): Check => ({
  name: 'MX record',
  find: async () => {
    const name = domainOf(on)
    const resolver = new Resolver({ timeout: 5_000, tries: 2 })
    const { BATON_DNS_SERVERS } = process.env
    if (BATON_DNS_SERVERS) resolver.setServers(BATON_DNS_SERVERS.split(','))
    const cure = `Let an MX record of ${name} point to ${MX}.`
    const found = await resolver.resolveMx(name).catch(() => undefined)
    if (found === undefined)
      return warn(`${name} has no MX record, or it cannot be looked up.`, cure)
    const hosts = found.map(({ exchange }) => exchange.toLowerCase())
    return hosts.includes(MX) ? ok(`${name} → ${MX}`) : fail(`It is ${hosts.join(', ')}.`, cure)
  },
})

const parse = (on: Dependencies): Check => ({
  name: 'SendGrid Parse',
  find: async () => {
    const name = domainOf(on)
    const key = await on.key('sendgrid-api-key')
    const wanted = await on.output('EmailWebhook')
    const setting = await parseSettingFor(key, name)
    const at = 'https://app.sendgrid.com/settings/parse'
    if (setting === undefined)
      return fail(`Nothing receives email for ${name}.`, `Add ${name} with ${wanted} at ${at}.`)
    if (setting.url !== wanted)
      return fail(`It posts to ${setting.url}.`, `Let it post to ${wanted}: ${at}`)
    return setting.security_policy
      ? ok(`${name} is posted to ${wanted}, signed`)
      : fail(
          'It does not sign, and Baton refuses unsigned email.',
          `Add a security policy with a signature: ${at}`,
        )
  },
})

export const providerChecks = (on: Dependencies): readonly Check[] =>
  [template, number, webhook, a2p, domain, mx, parse].map((check) => check(on))
