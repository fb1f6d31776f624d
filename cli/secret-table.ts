/** The secrets that an operator gives to a deployment, and how each is checked at its provider. */
import { createPublicKey } from 'node:crypto'
import type { Config } from '../lib/settings/schema.ts'
import type { VerifyingSecret } from '../src/core/rotation.ts'
import { CliError } from './errors.ts'
import { checkAnthropicKey } from './providers/anthropic.ts'
import { checkE2bKey } from './providers/e2b.ts'
import { checkSendgridKey } from './providers/sendgrid.ts'
import { checkTwilioToken } from './providers/twilio.ts'

export interface SecretRow {
  /** After `<stack>/`. */
  readonly name: string
  /** The variable that may hold it before the stack is deployed. */
  readonly variable: string
  readonly what: string
  /** Where an operator gets it. */
  readonly from: string
  /** Whether these settings need it. */
  readonly isNeeded: (settings: Config) => boolean
  /** The command that gets it at the provider once the stack is deployed, and sets it. */
  readonly setBy?: string
  /** Set if it verifies what the provider sends: after a rotation the old value is accepted as well. */
  readonly verifies?: { readonly as: VerifyingSecret; readonly advice: string }
  /** Returns what is right about it. Throws a CliError if its provider refuses it. */
  readonly check: (value: string, settings: Config) => Promise<string>
}

export const SECRETS: readonly SecretRow[] = [
  {
    name: 'e2b-api-key',
    variable: 'E2B_API_KEY',
    what: 'E2B API key',
    from: 'https://e2b.dev/dashboard?tab=keys',
    isNeeded: () => true,
    check: checkE2bKey,
  },
  {
    name: 'anthropic-api-key',
    variable: 'ANTHROPIC_API_KEY',
    what: 'Anthropic API key',
    from: 'https://console.anthropic.com/settings/keys',
    isNeeded: ({ modelUpstream }) => modelUpstream === 'anthropic',
    check: checkAnthropicKey,
  },
  {
    name: 'twilio-auth-token',
    variable: 'TWILIO_AUTH_TOKEN',
    what: 'primary auth token of the Twilio account',
    from: 'https://console.twilio.com',
    isNeeded: ({ twilioAccountSid }) => twilioAccountSid !== undefined,
    verifies: {
      as: 'TWILIO_TOKEN_SECRET',
      advice:
        'If this is the secondary token of the account, promote it now; Twilio signs with it from then on.',
    },
    check: async (authToken, { twilioAccountSid }) => {
      if (twilioAccountSid !== undefined)
        return checkTwilioToken({ accountSid: twilioAccountSid, authToken })
      throw new CliError('The settings do not name the Twilio account.', {
        cure: 'Run baton init, and give twilioAccountSid.',
      })
    },
  },
  {
    name: 'sendgrid-api-key',
    variable: 'SENDGRID_API_KEY',
    what: 'SendGrid API key that may send',
    from: 'https://app.sendgrid.com/settings/api_keys',
    isNeeded: ({ emailAddress }) => emailAddress !== undefined,
    check: checkSendgridKey,
  },
  {
    name: 'sendgrid-public-key',
    variable: 'SENDGRID_PUBLIC_KEY',
    what: "public key of the security policy of SendGrid's Inbound Parse",
    from: 'https://app.sendgrid.com/settings/parse',
    setBy: 'baton webhooks connect email',
    isNeeded: ({ emailAddress }) => emailAddress !== undefined,
    verifies: {
      as: 'SENDGRID_PUBLIC_KEY_SECRET',
      advice: 'Now let the Parse setting use the security policy with this key.',
    },
    check: async (value) => {
      if (isPublicKey(value)) return 'it is an elliptic-curve public key'
      throw new CliError('It is not a public key in base64.', {
        cure: 'Copy public_key of the security policy, without its first and last line.',
      })
    },
  },
]

/** A secret that Baton makes itself. */
export interface OwnSecretRow {
  /** After `<stack>/`. */
  readonly name: string
  readonly as: VerifyingSecret
  /** What happens once the old value is refused. */
  readonly advice: string
}

export const OWN_SECRETS: readonly OwnSecretRow[] = [
  {
    name: 'api-token',
    as: 'API_TOKEN_SECRET',
    advice: 'Give programs that use it the new one until then.',
  },
  {
    name: 'read-token',
    as: 'READ_TOKEN_SECRET',
    advice: 'Give programs that use it the new one until then.',
  },
  {
    name: 'job-signing-key',
    as: 'JOB_KEY_SECRET',
    advice: 'Jobs that run end before that.',
  },
  {
    name: 'link-key',
    as: 'LINK_KEY_SECRET',
    advice: 'Links that were sent expire before that.',
  },
]

/** As SendGrid shows it: a key of an elliptic curve, DER in base64. */
function isPublicKey(text: string): boolean {
  try {
    const key = Buffer.from(text, 'base64')
    return createPublicKey({ key, format: 'der', type: 'spki' }).asymmetricKeyType === 'ec'
  } catch {
    return false
  }
}

/** The values that the template generates until an operator gives others (lib/resources/secrets.ts). */
export const isGenerated = (value: string): boolean => /^[A-Za-z0-9]{40}$/.test(value)
