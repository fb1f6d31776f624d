/** SendGrid's side of email: the setting of Inbound Parse for a hostname, with a security policy that signs. */
import { CliError } from '../errors.ts'
import {
  createParseSetting,
  createPolicy,
  deleteParseSetting,
  deletePolicy,
  type ParseChange,
  parseSettingFor,
  publicKeyOf,
  scopesOf,
  updateParseSetting,
} from '../providers/sendgrid.ts'
import type { Endpoint, Values } from './endpoint.ts'

export interface SendGridSide {
  readonly key: string
  readonly hostname: string
  /** Where emails are to be posted. */
  readonly url: string
  /** The name of the policy, if one has to be created. */
  readonly policyName: string
  /** What the deployment verifies with, or undefined. */
  readonly publicKey: string | undefined
  /** Gives the deployment the public key of the policy. */
  readonly setPublicKey: (publicKey: string) => Promise<void>
}

const NEEDED = ['create', 'read', 'update'].map((right) => `user.webhooks.parse.settings.${right}`)

/** Throws a CliError if the key may not change Inbound Parse. */
export async function sendgridEndpoint(side: SendGridSide): Promise<Endpoint> {
  const { key, hostname, url, publicKey } = side
  await requireScopes(key)
  const setting = await parseSettingFor(key, hostname)
  const policy = setting?.security_policy || undefined
  const policyKey = policy === undefined ? undefined : await publicKeyOf(key, policy)
  const now = setting && {
    ...{ url: setting.url, send_raw: String(setting.send_raw) },
    spam_check: String(setting.spam_check),
    ...(policy !== undefined && { security_policy: policy }),
  }
  const isKnown = policyKey !== undefined && policyKey === publicKey
  const signing = policyKey === undefined ? undefined : policy
  return {
    key: `sendgrid/${hostname}`,
    label: `Inbound Parse of ${hostname} at SendGrid`,
    now: now ?? null,
    wanted: { url, send_raw: 'true', security_policy: signing ?? '(a new one, which signs)' },
    besides: isKnown ? [] : ['The secret sendgrid-public-key gets the public key of the policy.'],
    async connect() {
      const made = signing === undefined ? await createPolicy(key, side.policyName) : undefined
      const verifies = made?.publicKey ?? policyKey ?? ''
      // First, because SendGrid drops an email for good if its signature is refused. Functions look for a new key at once.
      if (verifies !== publicKey) await side.setPublicKey(verifies)
      const change = {
        ...{ url, send_raw: true, spam_check: setting?.spam_check ?? false },
        security_policy: made?.id ?? signing ?? '',
      }
      await (setting ? updateParseSetting : createParseSetting)(key, hostname, change)
      const values = { url, send_raw: 'true', security_policy: change.security_policy }
      return { values, ...(made && { made: made.id }) }
    },
    async restore(before, made) {
      if (before === null) await deleteParseSetting(key, hostname)
      else await updateParseSetting(key, hostname, changeTo(before))
      // SendGrid has no way to take a policy off a setting, so one that had none keeps ours, which does no harm.
      const isFree = before === null || before.security_policy !== undefined
      if (made !== undefined && isFree) await deletePolicy(key, made)
    },
  }
}

const changeTo = ({ url = '', send_raw, spam_check, security_policy }: Values): ParseChange => ({
  ...{ url, send_raw: send_raw === 'true', spam_check: spam_check === 'true' },
  ...(security_policy !== undefined && { security_policy }),
})

async function requireScopes(key: string): Promise<void> {
  const scopes = await scopesOf(key)
  const missing = NEEDED.filter((each) => !scopes.includes(each))
  if (missing.length === 0) return
  throw new CliError('The SendGrid key may not change Inbound Parse.', {
    cure: 'Put one with the permission "Inbound Parse" into SENDGRID_API_KEY, for this command only: read -rs SENDGRID_API_KEY && export SENDGRID_API_KEY',
  })
}
