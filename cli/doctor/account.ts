/** Checks of the AWS account, and of the deployed stack. */
import { plural } from '../../src/core/plural.ts'
import { concurrentFunctions, stackCalled, subscriptionsOf } from '../aws.ts'
import { reasonOf } from '../errors.ts'
import { type Check, fail, ok, Skip, warn } from './check.ts'
import type { Dependencies } from './dependencies.ts'

/** What a new account has; the usual quota is 1,000. */
const QUOTA_OF_NEW_ACCOUNTS = 10
/** Enough for a few conductors and workers at once. */
const ENOUGH = 100

const credentials = (on: Dependencies): Check => ({
  name: 'AWS credentials',
  find: async () => {
    const { account, region, arn } = await on.identity()
    return ok(`account ${account}, ${region}, ${arn.split(':').at(-1)}`)
  },
})

const bootstrap = (on: Dependencies): Check => ({
  name: 'CDK bootstrap',
  find: async () => {
    await on.account()
    const stack = await stackCalled('CDKToolkit')
    if (stack === undefined)
      return fail(
        'The account is not bootstrapped in this region.',
        'baton deploy does that first; npx cdk bootstrap does nothing else.',
      )
    return ok(`version ${stack.outputs.BootstrapVersion ?? 'unknown'}`)
  },
})

const concurrency = (on: Dependencies): Check => ({
  name: 'Lambda concurrency',
  find: async () => {
    await on.account()
    const quota = await concurrentFunctions()
    if (quota >= ENOUGH) return ok(`${quota} functions at once`)
    const why =
      quota <= QUOTA_OF_NEW_ACCOUNTS
        ? 'as in a new account: enough for three or four conductors and workers'
        : 'few for many conductors and workers'
    return warn(
      `${quota} functions at once, ${why}.`,
      'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000',
    )
  },
})

const stack = (on: Dependencies): Check => ({
  name: 'stack',
  find: async () => {
    const found = await on.stack()
    if (found === undefined)
      return warn(
        `${on.stackName} is not deployed in this account and region.`,
        'Run baton deploy.',
      )
    if (
      /FAILED|ROLLBACK_COMPLETE$/.test(found.status) &&
      !found.status.startsWith('UPDATE_ROLLBACK')
    )
      return fail(
        `${on.stackName} is ${found.status}.`,
        'Run baton destroy, and then baton deploy.',
      )
    return ok(`${on.stackName} is ${found.status}`)
  },
})

const api = (on: Dependencies): Check => ({
  name: 'API',
  find: async () => {
    const url = await on.output('ApiUrl')
    try {
      const response = await fetch(new URL('/health', url), { signal: AbortSignal.timeout(15_000) })
      if (response.ok) return ok(`${url} answers`)
      return fail(`${url} answered ${response.status}.`, "Look at the stack's alarms.")
    } catch (error) {
      return fail(`${url} cannot be reached: ${reasonOf(error)}.`, 'Check that you are online.')
    }
  },
})

const alarms = (on: Dependencies): Check => ({
  name: 'alarm receiver',
  find: async () => {
    const { alarmEmail } = on.validSettings()
    const [topic] = await on.resources('AWS::SNS::Topic')
    if (topic === undefined) throw new Skip('needs the topic of the alarms')
    const subscriptions = await subscriptionsOf(topic)
    const confirmed = subscriptions.filter((arn) => arn.startsWith('arn:')).length
    if (confirmed > 0) return ok(`${plural(confirmed, 'receiver')} confirmed`)
    if (subscriptions.length > 0)
      return fail(
        'The receiver has not confirmed the subscription, so nobody hears of an alarm.',
        `Open the link in the email "AWS Notification - Subscription Confirmation"${alarmEmail === undefined ? '' : ` to ${alarmEmail}`}; it is valid for three days. After that, take alarmEmail out, deploy, put it in, and deploy.`,
      )
    return warn('Nobody hears of an alarm.', 'Set alarmEmail (baton init), and run baton update.')
  },
})

export const accountChecks = (on: Dependencies): readonly Check[] =>
  [credentials, bootstrap, concurrency, stack, api, alarms].map((check) => check(on))
