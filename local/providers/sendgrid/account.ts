/** What an account at SendGrid has beside its emails: domains, Inbound Parse, and what its key may do. */
import { randomUUID } from 'node:crypto'
import { newSigning, type Signing } from './signing.ts'

/** Where Inbound Parse posts the emails for a hostname. */
export interface ParseSetting {
  readonly hostname: string
  url: string
  spam_check: boolean
  /** The whole email in one field. */
  send_raw: boolean
  /** The id of a policy. Without one, posts are not signed. */
  security_policy?: string
}

export interface SecurityPolicy {
  readonly id: string
  name: string
  /** Absent if it only asks for OAuth, which the stand-in does not. */
  signing?: Signing
}

/** An authenticated domain. `valid`: its DKIM and SPF records are there. */
export interface AuthenticatedDomain {
  readonly domain: string
  readonly subdomain: string
  valid: boolean
}

export interface SendGridAccount {
  /** What the key may do. */
  readonly scopes: string[]
  readonly domains: AuthenticatedDomain[]
  readonly parse: ParseSetting[]
  readonly policies: SecurityPolicy[]
}

const SCOPES = [
  'mail.send',
  'user.webhooks.parse.settings.create',
  'user.webhooks.parse.settings.read',
  'user.webhooks.parse.settings.update',
  'user.webhooks.parse.settings.delete',
  'whitelabel.read',
]

/** Returns an account whose key may do everything, and which has nothing else. */
export const newAccount = (): SendGridAccount => ({
  scopes: [...SCOPES],
  domains: [],
  parse: [],
  policies: [],
})

export const newPolicy = (name: string, signed: boolean): SecurityPolicy => ({
  id: randomUUID(),
  name,
  ...(signed && { signing: newSigning() }),
})

/** Returns the setting for the hostname of an address, or undefined if its emails go elsewhere. */
export const parseSettingOf = ({ parse }: SendGridAccount, address: string) =>
  parse.find(({ hostname }) => hostname === address.slice(address.lastIndexOf('@') + 1))

/** Returns what signs the posts of a setting, or undefined if they are not signed. */
export const signingOf = ({ policies }: SendGridAccount, { security_policy }: ParseSetting) =>
  policies.find(({ id }) => id === security_policy)?.signing
