/** SendGrid: https://www.twilio.com/docs/sendgrid/api-reference */
import * as z from 'zod'
import { CliError } from '../errors.ts'
import { askProvider, baseUrl, ProviderRefusal } from './call.ts'

interface Change {
  readonly method: 'POST' | 'PATCH' | 'DELETE'
  readonly body?: object
}

const ask = <T>(key: string, path: string, answer: z.ZodType<T>, change?: Change) =>
  askProvider({
    provider: 'SendGrid',
    url: `${baseUrl('SENDGRID_API_URL', 'https://api.sendgrid.com')}/v3/${path}`,
    headers: { authorization: `Bearer ${key}` },
    answer,
    ...change,
  })

/** Returns what the key may do. Throws a ProviderRefusal if SendGrid does not accept it. */
export const scopesOf = async (key: string): Promise<readonly string[]> =>
  (await ask(key, 'scopes', z.object({ scopes: z.array(z.string()) }))).scopes

/** Throws a CliError if SendGrid does not accept the key, or if it may not send. */
export async function checkSendgridKey(key: string): Promise<string> {
  if ((await scopesOf(key)).includes('mail.send'))
    return 'SendGrid accepts the key, and it may send'
  throw new CliError('The key may not send email.', {
    cure: 'Create one with the permission "Mail Send".',
  })
}

/** Whether a domain is authenticated; undefined if SendGrid does not know it. */
export async function isAuthenticated(key: string, domain: string): Promise<boolean | undefined> {
  const answer = z.array(
    z.object({ domain: z.string(), subdomain: z.string(), valid: z.boolean() }),
  )
  const all = await ask(key, 'whitelabel/domains?limit=100', answer)
  const own = all.filter((each) => domain === each.domain || domain.endsWith(`.${each.domain}`))
  return own.length === 0 ? undefined : own.some(({ valid }) => valid)
}

const parseSetting = z.object({
  hostname: z.string(),
  url: z.string(),
  spam_check: z.boolean().default(false),
  send_raw: z.boolean().default(false),
  security_policy: z.string().nullish(),
})

const SETTINGS = 'user/webhooks/parse/settings'
const settingAt = (hostname: string) => `${SETTINGS}/${encodeURIComponent(hostname)}`

/** Returns the setting of Inbound Parse for a hostname, or undefined. */
export async function parseSettingFor(key: string, hostname: string) {
  const answer = z.object({ result: z.array(parseSetting) })
  const { result } = await ask(key, SETTINGS, answer)
  return result.find((each) => each.hostname === hostname)
}

export interface ParseChange {
  readonly url: string
  readonly spam_check: boolean
  readonly send_raw: boolean
  /** The id of a policy. */
  readonly security_policy?: string
}

export async function createParseSetting(key: string, hostname: string, setting: ParseChange) {
  const body = { hostname, ...setting }
  await ask(key, SETTINGS, z.unknown(), { method: 'POST', body })
}

export async function updateParseSetting(key: string, hostname: string, body: ParseChange) {
  await ask(key, settingAt(hostname), z.unknown(), { method: 'PATCH', body })
}

export async function deleteParseSetting(key: string, hostname: string) {
  await ask(key, settingAt(hostname), z.unknown(), { method: 'DELETE' })
}

const policy = z.object({
  policy: z.object({
    id: z.string(),
    signature: z.object({ public_key: z.string() }).nullish(),
  }),
})

const POLICIES = 'user/webhooks/security/policies'

/** As the secret has it: without the first and the last line of the PEM format, and on one line. */
const bare = (publicKey: string) => publicKey.replaceAll(/-----[^-]+-----|\s/g, '')

/** Returns the public key of a security policy in base64, or undefined if it does not sign or does not exist. */
export async function publicKeyOf(key: string, id: string): Promise<string | undefined> {
  const found = await ask(key, `${POLICIES}/${id}`, policy).catch((error: unknown) => {
    if (error instanceof ProviderRefusal && error.status === 404) return undefined
    throw error
  })
  const publicKey = found?.policy.signature?.public_key
  return publicKey && bare(publicKey)
}

/** Creates a security policy that signs. */
export async function createPolicy(key: string, name: string) {
  const body = { name, signature: { enabled: true } }
  const { policy: created } = await ask(key, POLICIES, policy, { method: 'POST', body })
  if (created.signature) return { id: created.id, publicKey: bare(created.signature.public_key) }
  throw new CliError('SendGrid has created a security policy that does not sign.', {
    cure: `Delete it at https://app.sendgrid.com/settings/parse: ${created.id}`,
  })
}

export async function deletePolicy(key: string, id: string) {
  await ask(key, `${POLICIES}/${id}`, z.unknown(), { method: 'DELETE' })
}

/** Sends an email from an address to itself. */
export async function sendToSelf(key: string, address: string, subject: string) {
  const body = {
    personalizations: [{ to: [{ email: address }] }],
    from: { email: address },
    subject,
    content: [{ type: 'text/plain', value: 'Baton checks that email reaches it.' }],
  }
  await ask(key, 'mail/send', z.unknown(), { method: 'POST', body })
}
