/**
 * A stand-in for what the command line asks of AWS and of the providers about a deployment, from their documents. One
 * server is all of them, because their paths differ.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** How things are. Tests change it. */
export interface Managed {
  /** The quota of functions that run at once. */
  concurrency: number
  /** Outputs of stacks by name. */
  readonly stacks: Map<string, Readonly<Record<string, string>>>
  readonly secrets: Map<string, string>
  /** How often a secret was given a value. */
  puts: number
  /** Keys that the providers accept. */
  readonly keys: Set<string>
  readonly templates: Set<string>
  /** Numbers with the address that they call. */
  readonly numbers: Map<string, string>
  /** The state of the A2P campaign of the only Messaging Service, which has all numbers. */
  campaign: string
  /** Domains with whether their records are valid. */
  readonly domains: Map<string, boolean>
  /** Inbound Parse: addresses by hostname, and whether they are signed. */
  readonly parse: Map<string, { readonly url: string; readonly signed: boolean }>
}

interface Asked {
  readonly method: string
  readonly url: URL
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

interface Said {
  readonly status?: number
  readonly json?: unknown
  readonly xml?: string
}

const SERVICE = `MG${'7'.repeat(32)}`

/** Starts it on a free port of this machine. */
export async function startManagementApis() {
  const managed: Managed = {
    concurrency: 10,
    stacks: new Map(),
    secrets: new Map(),
    puts: 0,
    keys: new Set(),
    templates: new Set(),
    numbers: new Map(),
    campaign: 'PENDING',
    domains: new Map(),
    parse: new Map(),
  }
  const server = createServer(async (request, response) => {
    const { method = '', headers } = request
    const url = new URL(request.url ?? '', 'http://127.0.0.1')
    const asked = { method, url, headers, body: await text(request) }
    const { status = 200, json, xml } = answer(asked, managed)
    response.writeHead(status, {
      'content-type': xml === undefined ? 'application/json' : 'text/xml',
    })
    response.end(xml ?? JSON.stringify(json))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    managed,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

function answer(asked: Asked, managed: Managed): Said {
  const { url, headers } = asked
  if (headers['x-amz-target'] !== undefined) return secretsManager(asked, managed)
  if (headers['content-type']?.includes('x-www-form-urlencoded')) return queryApi(asked, managed)
  if (url.pathname.includes('account-settings'))
    return { json: { AccountLimit: { ConcurrentExecutions: managed.concurrency } } }
  if (url.pathname === '/health') return { json: { status: 'ok' } }
  if (!managed.keys.has(keyOf(asked)))
    return { status: 401, json: { code: 401, message: 'the key is not valid' } }
  return provider(asked, managed) ?? { status: 404, json: { message: 'no such thing' } }
}

/** Returns the key in any provider's way. */
function keyOf({ headers }: Asked): string {
  const authorization = String(headers.authorization ?? '')
  if (authorization.startsWith('Basic '))
    return Buffer.from(authorization.slice(6), 'base64').toString().split(':')[1] ?? ''
  return String(headers['x-api-key'] ?? authorization.replace('Bearer ', ''))
}

function provider({ url }: Asked, managed: Managed): Said | undefined {
  const path = url.pathname
  const template = /^\/templates\/aliases\/(.+)$/.exec(path)?.[1]
  if (template !== undefined)
    return managed.templates.has(template)
      ? { json: { templateID: 't', public: false } }
      : undefined
  const wanted = url.searchParams.get('PhoneNumber') ?? ''
  const numbers = [...managed.numbers.keys()].map((phone_number) => ({ phone_number }))
  const answers: Readonly<Record<string, unknown>> = {
    '/v2/sandboxes': [],
    '/v1/models': { data: [] },
    '/v1/Services': { services: [{ sid: SERVICE }] },
    [`/v1/Services/${SERVICE}`]: { inbound_request_url: null, use_inbound_webhook_on_number: true },
    [`/v1/Services/${SERVICE}/PhoneNumbers`]: { phone_numbers: numbers },
    [`/v1/Services/${SERVICE}/Compliance/Usa2p`]: {
      compliance: [{ campaign_status: managed.campaign }],
    },
    '/v3/scopes': { scopes: ['mail.send', 'user.webhooks.parse.settings.read'] },
    '/v3/whitelabel/domains': [...managed.domains].map(([domain, valid]) => ({
      domain,
      subdomain: 'em',
      valid,
    })),
    '/v3/user/webhooks/parse/settings': {
      result: [...managed.parse].map(([hostname, { url, signed }]) => ({
        hostname,
        url,
        ...(signed && { security_policy: 'policy' }),
      })),
    },
  }
  if (path.endsWith('/IncomingPhoneNumbers.json'))
    return {
      json: {
        incoming_phone_numbers: [...managed.numbers]
          .filter(([phone_number]) => phone_number === wanted)
          .map(([phone_number, sms_url]) => ({
            phone_number,
            sms_url,
            sms_application_sid: '',
            capabilities: { sms: true, mms: true, voice: true },
          })),
      },
    }
  if (/\/Accounts\/AC[0-9a-f]+\.json$/.test(path))
    return { json: { status: 'active', type: 'Full' } }
  return path in answers ? { json: answers[path] } : undefined
}

/** STS and CloudFormation. */
function queryApi({ body }: Asked, { stacks }: Managed): Said {
  const form = new URLSearchParams(body)
  if (form.get('Action') === 'GetCallerIdentity')
    return {
      xml: '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
    }
  const name = form.get('StackName') ?? ''
  const outputs = stacks.get(name)
  if (outputs === undefined)
    return {
      status: 400,
      xml: `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error></ErrorResponse>`,
    }
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${value.replaceAll('&', '&amp;')}</OutputValue></member>`,
  )
  return {
    xml: `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><CreationTime>2026-11-30T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  }
}

function secretsManager({ headers, body }: Asked, managed: Managed): Said {
  const { secrets } = managed
  const { SecretId, SecretString } = JSON.parse(body)
  const value = secrets.get(SecretId)
  if (value === undefined)
    return { status: 400, json: { __type: 'ResourceNotFoundException', Message: 'no such secret' } }
  if (String(headers['x-amz-target']).endsWith('PutSecretValue')) {
    secrets.set(SecretId, SecretString)
    managed.puts += 1
    return { json: { Name: SecretId } }
  }
  return { json: { Name: SecretId, SecretString: value } }
}
