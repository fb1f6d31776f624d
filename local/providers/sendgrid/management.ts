/** SendGrid's Web API about an account: what its key may do, its domains, Inbound Parse and security policies. */
import * as z from 'zod'
import { newPolicy, type SecurityPolicy, type SendGridAccount } from './account.ts'

/** A refusal, as SendGrid says it. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  readonly field: string | null
  constructor(status: number, message: string, field: string | null = null) {
    super(message)
    this.status = status
    this.field = field
  }
}

interface Managing {
  readonly account: SendGridAccount
  /** What the path names: a hostname or an id. */
  readonly id: string
  readonly body: unknown
}

interface Managed {
  readonly status?: number
  readonly json?: unknown
}

const PARSE = '/v3/user/webhooks/parse/settings'
const POLICIES = '/v3/user/webhooks/security/policies'

/** https://www.twilio.com/docs/sendgrid/api-reference/settings-inbound-parse, …/domain-authentication, …/api-key-permissions */
const ROUTES: readonly (readonly [string, string, (managing: Managing) => Managed])[] = [
  ['GET', '/v3/scopes', ({ account: { scopes } }) => ({ json: { scopes } })],
  ['GET', '/v3/whitelabel/domains', ({ account: { domains } }) => ({ json: domains })],
  ['GET', PARSE, ({ account: { parse } }) => ({ json: { result: parse } })],
  ['POST', PARSE, createSetting],
  ['GET', `${PARSE}/([^/]+)`, (managing) => ({ json: settingOf(managing) })],
  ['PATCH', `${PARSE}/([^/]+)`, updateSetting],
  ['DELETE', `${PARSE}/([^/]+)`, deleteSetting],
  ['GET', POLICIES, ({ account }) => ({ json: { policies: account.policies.map(policyJson) } })],
  ['POST', POLICIES, createPolicy],
  [
    'GET',
    `${POLICIES}/([^/]+)`,
    (managing) => ({ json: { policy: policyJson(policyOf(managing)) } }),
  ],
  ['DELETE', `${POLICIES}/([^/]+)`, deletePolicy],
]

/**
 * Returns the response to a request that is about the account, or undefined if it is about something else.
 *
 * @throws Refused with the status and the message of the response
 */
export function manage(
  account: SendGridAccount,
  method: string,
  path: string,
  body: unknown,
): Managed | undefined {
  for (const [wanted, pattern, answer] of ROUTES) {
    const found = new RegExp(`^${pattern}$`).exec(path)
    if (wanted === method && found)
      return answer({ account, id: decodeURIComponent(found[1] ?? ''), body })
  }
  return undefined
}

const changes = z.object({
  url: z.url().optional(),
  spam_check: z.boolean().optional(),
  send_raw: z.boolean().optional(),
  security_policy: z.string().optional(),
})
const creation = changes.extend({ url: z.url(), hostname: z.string().min(1) })
const policyBody = z.object({
  name: z.string().default(''),
  signature: z.object({ enabled: z.boolean() }).optional(),
  oauth: z.looseObject({}).optional(),
})

function parsed<T>(shape: z.ZodType<T>, body: unknown): T {
  const { data, error } = shape.safeParse(body)
  if (error === undefined) return data
  throw new Refused(400, z.prettifyError(error), String(error.issues[0]?.path[0] ?? ''))
}

function createSetting({ account, body }: Managing): Managed {
  const { hostname, spam_check = false, send_raw = false, ...rest } = parsed(creation, body)
  const isOwn = account.domains.some(
    ({ domain }) => hostname === domain || hostname.endsWith(`.${domain}`),
  )
  if (!isOwn) throw new Refused(400, 'the hostname is not an authenticated domain', 'hostname')
  if (account.parse.some((each) => each.hostname === hostname))
    throw new Refused(400, 'a setting for this hostname exists', 'hostname')
  const setting = { hostname, spam_check, send_raw, ...withPolicy(account, rest) }
  account.parse.push(setting)
  return { status: 201, json: setting }
}

function updateSetting(managing: Managing): Managed {
  const setting = settingOf(managing)
  Object.assign(setting, withPolicy(managing.account, parsed(changes, managing.body)))
  return { json: setting }
}

/** Returns a change of a setting whose policy exists. */
function withPolicy<T extends { readonly security_policy?: string | undefined }>(
  { policies }: SendGridAccount,
  { security_policy: id, ...change }: T,
) {
  if (id === undefined) return change
  if (policies.some((each) => each.id === id)) return { ...change, security_policy: id }
  throw new Refused(400, 'there is no such policy', 'security_policy')
}

function deleteSetting(managing: Managing): Managed {
  const { parse } = managing.account
  parse.splice(parse.indexOf(settingOf(managing)), 1)
  return { status: 204 }
}

function settingOf({ account, id }: Managing) {
  const found = account.parse.find(({ hostname }) => hostname === id)
  if (found) return found
  throw new Refused(404, 'not found')
}

function createPolicy({ account, body }: Managing): Managed {
  const { name, signature, oauth } = parsed(policyBody, body)
  if (!signature?.enabled && !oauth)
    throw new Refused(400, 'one of signature or oauth must be given')
  const policy = newPolicy(name, signature?.enabled === true)
  account.policies.push(policy)
  return { status: 201, json: { policy: policyJson(policy) } }
}

function deletePolicy(managing: Managing): Managed {
  const policy = policyOf(managing)
  const { policies, parse } = managing.account
  if (parse.some(({ security_policy }) => security_policy === policy.id))
    throw new Refused(400, 'the policy is in use')
  policies.splice(policies.indexOf(policy), 1)
  return { json: { policy: null } }
}

function policyOf({ account, id }: Managing): SecurityPolicy {
  const found = account.policies.find((each) => each.id === id)
  if (found) return found
  throw new Refused(404, 'not found')
}

const policyJson = ({ id, name, signing }: SecurityPolicy) => ({
  id,
  name,
  ...(signing && { signature: { public_key: signing.publicKey } }),
})
