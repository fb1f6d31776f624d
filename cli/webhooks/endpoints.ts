/** The settings at providers that this deployment's settings need. */
import { writeSecret } from '../aws.ts'
import { Skip } from '../doctor/check.ts'
import type { Dependencies } from '../doctor/dependencies.ts'
import { CliError } from '../errors.ts'
import type { Endpoint } from './endpoint.ts'
import { sendgridEndpoint } from './sendgrid-endpoint.ts'
import { twilioEndpoint } from './twilio-endpoint.ts'

export type Channel = 'sms' | 'email'

const OF: Readonly<Record<Channel, (on: Dependencies) => Promise<Endpoint>>> = {
  async sms(on) {
    const { smsNumber } = on.validSettings()
    const url = await on.output('SmsWebhook')
    return twilioEndpoint(await on.twilio(), await on.inbound(), { url, smsNumber })
  },
  async email(on) {
    const { publicKey } = await on.publicKeys()
    return sendgridEndpoint({
      ...{ key: await on.key('sendgrid-api-key'), hostname: on.hostname(), publicKey },
      ...{ url: await on.output('EmailWebhook'), policyName: on.stackName },
      setPublicKey: (value) => writeSecret(`${on.stackName}/sendgrid-public-key`, value),
    })
  },
}

/** Returns what is to be connected: for the channel, or for all channels of the settings. Throws a CliError if something is missing. */
export async function endpointsOf(
  on: Dependencies,
  channel?: Channel,
): Promise<readonly Endpoint[]> {
  const settings = on.settings()
  const used: readonly Channel[] = [
    ...(settings.twilioAccountSid === undefined ? [] : (['sms'] as const)),
    ...(settings.emailAddress === undefined ? [] : (['email'] as const)),
  ]
  const channels = channel === undefined ? used : [channel]
  if (channels.length === 0)
    throw new CliError('Neither SMS nor email is in the settings.', { cure: 'Run baton init.' })
  const found: Endpoint[] = []
  for (const each of channels) found.push(await OF[each](on).catch(asCliError))
  return found
}

/** For a command, what a check would skip is a failure. */
function asCliError(error: unknown): never {
  if (!(error instanceof Skip)) throw error
  throw new CliError(`It ${error.message}.`, { cure: 'Run baton doctor.', cause: error })
}
