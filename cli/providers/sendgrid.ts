/** SendGrid: https://www.twilio.com/docs/sendgrid/api-reference */
import * as z from 'zod'
import { CliError } from '../errors.ts'
import { baseUrl, readFrom } from './call.ts'

const read = <T>(key: string, path: string, answer: z.ZodType<T>) =>
  readFrom({
    provider: 'SendGrid',
    url: `${baseUrl('SENDGRID_API_URL', 'https://api.sendgrid.com')}/v3/${path}`,
    headers: { authorization: `Bearer ${key}` },
    answer,
  })

/** Returns what the key may do. Throws a ProviderRefusal if SendGrid does not accept it. */
export const scopesOf = async (key: string): Promise<readonly string[]> =>
  (await read(key, 'scopes', z.object({ scopes: z.array(z.string()) }))).scopes

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
  const all = await read(key, 'whitelabel/domains?limit=100', answer)
  const own = all.filter((each) => domain === each.domain || domain.endsWith(`.${each.domain}`))
  return own.length === 0 ? undefined : own.some(({ valid }) => valid)
}

/** Returns the setting of Inbound Parse for a hostname, or undefined. */
export async function parseSettingFor(key: string, hostname: string) {
  const setting = z.object({
    hostname: z.string(),
    url: z.string(),
    security_policy: z.string().nullish(),
  })
  const answer = z.object({ result: z.array(setting) })
  const { result } = await read(key, 'user/webhooks/parse/settings', answer)
  return result.find((each) => each.hostname === hostname)
}
