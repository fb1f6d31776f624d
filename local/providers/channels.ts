/**
 * SMS and email on one machine: starts both provider emulators, and returns what the functions and the API's port
 * need.
 */
import { randomBytes } from 'node:crypto'
import type { Before } from '../../packages/local-aws/src/http-api.ts'
import { devRoutes } from './dev-routes.ts'
import { type SendGrid, startSendGrid } from './sendgrid/server.ts'
import { startTwilio, type Twilio } from './twilio/server.ts'

export interface Channels {
  readonly twilio: Twilio
  readonly sendgrid: SendGrid
  /** Added to the environment of every function. */
  readonly env: Readonly<Record<string, string>>
  /** Secret values by secret name. */
  readonly secrets: Readonly<Record<string, string>>
  /** Serves `/local/…` on the API's port. */
  readonly before: Before
  close(): Promise<void>
}

export interface ChannelsOptions {
  /** The operator's token. */
  readonly token: string
  /** Phone numbers, email addresses, and domains as `@example.com`. */
  readonly people: readonly string[]
  /** The prefix of secret names. */
  readonly stack: string
  readonly log: (line: string) => void
}

const NUMBER = '+15550199'
const ADDRESS = 'baton@example.com'

/** Starts the emulators of Twilio and SendGrid, with credentials that are valid for this start only. */
export async function startChannels({
  token,
  people,
  stack,
  log,
}: ChannelsOptions): Promise<Channels> {
  const accountSid = `AC${randomBytes(16).toString('hex')}`
  const authToken = randomBytes(16).toString('hex')
  const apiKey = `SG.${randomBytes(16).toString('base64url')}.${randomBytes(32).toString('base64url')}`
  const twilio = await startTwilio({ accountSid, authToken, number: NUMBER, log })
  const sendgrid = await startSendGrid({ apiKey, log })
  return {
    twilio,
    sendgrid,
    env: {
      TWILIO_API_URL: twilio.url,
      SENDGRID_API_URL: sendgrid.url,
      TWILIO_ACCOUNT_SID: accountSid,
      SMS_NUMBER: NUMBER,
      EMAIL_ADDRESS: ADDRESS,
      PEOPLE: JSON.stringify(people),
    },
    secrets: {
      [`${stack}/twilio-auth-token`]: authToken,
      [`${stack}/sendgrid-api-key`]: apiKey,
      [`${stack}/sendgrid-public-key`]: sendgrid.publicKey,
    },
    before: devRoutes({ twilio, sendgrid, token, number: NUMBER, emailAddress: ADDRESS }),
    async close() {
      await twilio.close()
      await sendgrid.close()
    },
  }
}
