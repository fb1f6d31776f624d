/** Checks of what is set up at E2B, Twilio and SendGrid, besides keys. */
import { Resolver } from 'node:dns/promises'
import { plural } from '../../src/core/plural.ts'
import { longestHours, runningSandboxes, templateCalled } from '../providers/e2b.ts'
import { isAuthenticated } from '../providers/sendgrid.ts'
import { numberOf, serviceOf } from '../providers/twilio.ts'
import { type Check, fail, ok, warn } from './check.ts'
import type { Dependencies } from './dependencies.ts'
import { smsRegistration } from './sms-registration.ts'

const DAY_MS = 86_400_000
/** About two months, in which a base image gets many updates. */
const OLD_DAYS = 60

const template = (on: Dependencies): Check => ({
  name: 'E2B template',
  find: async () => {
    const { e2bTemplate } = on.validSettings()
    const found = await templateCalled(await on.key('e2b-api-key'), e2bTemplate)
    if (found === undefined)
      return fail(`The account has no template "${e2bTemplate}".`, 'Run baton template build.')
    if (found.builtAt === undefined)
      return fail(`No build of "${e2bTemplate}" has succeeded.`, 'Run baton template build.')
    const days = Math.floor((Date.now() - Date.parse(found.builtAt)) / DAY_MS)
    const age = `"${e2bTemplate}" was built ${days === 0 ? 'today' : `${plural(days, 'day')} ago`}`
    return days > OLD_DAYS
      ? warn(
          `${age}, without later updates of its base image.`,
          'Run baton template build --fresh.',
        )
      : ok(age)
  },
})

/** How many sandboxes may run at once: https://e2b.dev/docs/billing. A paid plan may allow more. */
const PLANS = { hobby: { name: 'Hobby', sandboxes: 20 }, pro: { name: 'Pro', sandboxes: 100 } }

const sandboxes = (on: Dependencies): Check => ({
  name: 'E2B plan',
  find: async () => {
    const { e2bTemplate } = on.validSettings()
    const key = await on.key('e2b-api-key')
    const exists = (await templateCalled(key, e2bTemplate)) !== undefined
    const [running, hours] = await Promise.all([
      runningSandboxes(key),
      exists ? longestHours(key, e2bTemplate) : undefined,
    ])
    const plan = (hours ?? 1) > 1 ? PLANS.pro : PLANS.hobby
    const limit =
      hours === undefined
        ? `the ${plan.name} plan allows ${plan.sandboxes} at once`
        : `a sandbox may run for ${plural(hours, 'hour')}, as on the ${plan.name} plan, which allows ${plan.sandboxes} at once`
    const found = `${running} of the account's sandboxes run now; ${limit}`
    return running >= plan.sandboxes
      ? warn(
          `${found}. More are refused, and Baton waits.`,
          'End some, or take a larger plan: https://e2b.dev/dashboard?tab=billing',
        )
      : ok(found)
  },
})

const number = (on: Dependencies): Check => ({
  name: 'Twilio number',
  find: async () => {
    const twilio = await on.twilio()
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

const domain = (on: Dependencies): Check => ({
  name: 'SendGrid domain',
  find: async () => {
    const name = on.hostname()
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
    const name = on.hostname()
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

export const providerChecks = (on: Dependencies): readonly Check[] =>
  [template, sandboxes, number, smsRegistration, domain, mx].map((check) => check(on))
