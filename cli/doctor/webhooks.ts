/** Checks of the settings at Twilio and SendGrid that say where messages go, and of what proves them. */
import { parseSettingFor } from '../providers/sendgrid.ts'
import { refused } from '../webhooks/round-trips.ts'
import { postAsTwilio } from '../webhooks/signed-sms.ts'
import { type Check, type Finding, fail, ok, Skip, warn } from './check.ts'
import type { Dependencies } from './dependencies.ts'

const CONNECT = 'Run baton webhooks connect.'

const twilioWebhook = (on: Dependencies): Check => ({
  name: 'Twilio webhook',
  find: async () => {
    const { url, method, application } = await on.inbound()
    const wanted = await on.output('SmsWebhook')
    if (application !== '')
      return fail('An application of Twilio takes the messages of the number.', CONNECT)
    if (url === wanted && method !== 'POST')
      return fail(`It is called by ${method}, and Baton takes POST only.`, CONNECT)
    return addressFinding(url, wanted)
  },
})

function addressFinding(url: string, wanted: string): Finding {
  if (url === wanted) return ok(wanted)
  const cure = `${CONNECT} It lets Twilio call, by POST: ${wanted}`
  if (url === '') return fail('No address is called when a message comes in.', cure)
  if (url.split('#')[0] === wanted.split('#')[0])
    return warn('The fragment is missing, so Twilio retries only if it cannot connect.', cure)
  return fail(`Another address is called: ${url}`, cure)
}

/** A word that Twilio answers itself, so that the function accepts it and does nothing. */
const HELP = 'HELP'

/** Twilio signs the address that it calls, so the function has to verify the same. */
const twilioSignature = (on: Dependencies): Check => ({
  name: 'Twilio signature',
  find: async () => {
    const twilio = await on.twilio()
    const { url, numbers } = await on.inbound()
    const [number] = numbers
    if (url === '' || number === undefined) throw new Skip('needs an address that Twilio calls')
    const { messagingServiceSid } = on.validSettings()
    const status = await postAsTwilio(twilio, { url, number, messagingServiceSid, body: HELP })
    return status === 200
      ? ok('what is signed for the address that Twilio calls is accepted')
      : refused(status, url)
  },
})

const parse = (on: Dependencies): Check => ({
  name: 'SendGrid Parse',
  find: async () => {
    const hostname = on.hostname()
    const key = await on.key('sendgrid-api-key')
    const wanted = await on.output('EmailWebhook')
    const setting = await parseSettingFor(key, hostname)
    if (setting === undefined) return fail(`Nothing receives email for ${hostname}.`, CONNECT)
    if (setting.url !== wanted) return fail(`It posts to ${setting.url}.`, CONNECT)
    return ok(`${hostname} is posted to ${wanted}`)
  },
})

/** SendGrid drops a refused email for good, so the keys have to be the same. */
const sendgridSignature = (on: Dependencies): Check => ({
  name: 'SendGrid signature',
  find: async () => {
    const hostname = on.hostname()
    const setting = await parseSettingFor(await on.key('sendgrid-api-key'), hostname)
    if (setting === undefined) throw new Skip('needs Inbound Parse at SendGrid')
    const { policyKey, publicKey } = await on.publicKeys()
    if (policyKey === undefined)
      return fail('It does not sign, and Baton refuses unsigned email.', CONNECT)
    if (publicKey === undefined) throw new Skip('needs the secret sendgrid-public-key')
    return policyKey === publicKey
      ? ok('the deployment has the public key of the security policy')
      : fail('The deployment has another public key, so it refuses every email.', CONNECT)
  },
})

export const webhookChecks = (on: Dependencies): readonly Check[] =>
  [twilioWebhook, twilioSignature, parse, sendgridSignature].map((check) => check(on))
