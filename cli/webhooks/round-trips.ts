/**
 * Round trips: a message of Baton's own address to itself. Baton records that it came, with its text, and does nothing
 * else; so it proves the way that messages of people take, and starts no turn.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { ShapeOf } from '../../src/contract/api/index.ts'
import { type Check, type Finding, fail, ok, Skip } from '../doctor/check.ts'
import type { Dependencies } from '../doctor/dependencies.ts'
import { pages } from '../pages.ts'
import { parseSettingFor, sendToSelf } from '../providers/sendgrid.ts'
import { postAsTwilio } from './signed-sms.ts'

const AGAIN_MS = 1_000

/** Waits until the deployment has recorded a message of its own address. Returns the record, or undefined after `seconds`. */
async function arrival(on: Dependencies, text: string, seconds: number) {
  const client = await on.client()
  const until = Date.now() + seconds * 1000
  do {
    for await (const { people } of pages(client, 'PersonPage', '/api/people?list=unknown')) {
      const found = people.find(({ reason }) => reason?.includes(text))
      if (found) return found
    }
    await wait(AGAIN_MS)
  } while (Date.now() < until)
  return undefined
}

type Arrival = ShapeOf<'PersonPage'>['people'][number] | undefined

const newText = () => `webhook check ${randomBytes(6).toString('hex')}`

const sms = (on: Dependencies, seconds: number): Check => ({
  name: 'SMS round trip',
  find: async () => {
    const twilio = await on.twilio()
    const { url, numbers } = await on.inbound()
    const [number] = numbers
    if (url === '' || number === undefined) throw new Skip('needs an address that Twilio calls')
    const text = newText()
    const { messagingServiceSid } = on.validSettings()
    const status = await postAsTwilio(twilio, { url, number, messagingServiceSid, body: text })
    if (status !== 200) return refused(status, url)
    return (await arrival(on, text, Math.min(seconds, 20)))
      ? ok(`a signed message to ${url.split('#')[0]} has arrived`)
      : fail(
          'A signed message was accepted, and has not arrived: the deployment has another number or account.',
          'Deploy the settings: baton update.',
        )
  },
})

/** Says why a signed message was not accepted. */
export const refused = (status: number, url: string): Finding =>
  status === 403
    ? fail(
        `The function at ${url.split('#')[0]} refuses what is signed for this address.`,
        'Let the setting publicUrl be the address that Twilio calls, without a path, and run baton secrets set twilio-auth-token with the primary token.',
      )
    : fail(`${url.split('#')[0]} answered ${status}.`, 'Let Twilio call the output SmsWebhook.')

const email = (on: Dependencies, seconds: number): Check => ({
  name: 'email round trip',
  find: async () => {
    const hostname = on.hostname()
    const key = await on.key('sendgrid-api-key')
    const setting = await parseSettingFor(key, hostname)
    if (setting?.url !== (await on.output('EmailWebhook')))
      throw new Skip('needs Inbound Parse at SendGrid')
    const text = newText()
    await sendToSelf(key, on.validSettings().emailAddress ?? '', text)
    return emailFinding(await arrival(on, text, seconds), text, hostname)
  },
})

function emailFinding(found: Arrival, text: string, hostname: string): Finding {
  if (found?.reason === `own address: ${text}`)
    return ok('an email of Baton to itself has arrived, signed and authenticated')
  if (found)
    return fail(
      `An email of Baton to itself has arrived, but is not authentic: ${found.reason}.`,
      'Authenticate the domain: https://app.sendgrid.com/settings/sender_auth',
    )
  return fail(
    'An email of Baton to itself has not arrived.',
    `Look for it at https://app.sendgrid.com/email_activity, and at the MX record of ${hostname}; emails may take minutes: --seconds 600.`,
  )
}

/** `seconds`: how long an email may take. */
export const roundTrips = (on: Dependencies, seconds: number): readonly Check[] =>
  [sms, email].map((check) => check(on, seconds))
