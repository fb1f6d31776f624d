/**
 * A stand-in for what the command line asks of AWS, E2B and Anthropic about a deployment, and for the deployment's own
 * addresses. One server is all of them, because their paths differ. Those of Twilio and SendGrid are in local/providers.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { signatureOf } from '../../local/providers/twilio/signature.ts'

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
  /** When each template was built, in ISO 8601. */
  readonly templates: Map<string, string>
  sandboxes: number
  /** How long one may run without a pause, which depends on the plan. */
  hours: number
  /** ARNs of the subscriptions of the alarms' topic. */
  readonly subscriptions: string[]
  /** Models on Bedrock that the account may use. */
  readonly models: string[]
  /** Of the deployed function that receives SMS. */
  readonly sms: { url: string; authToken: string }
  /** What the deployment says about the model, or undefined if the gateway does not answer. */
  model: 'ok' | 'down' | undefined
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

/** Starts it on a free port of this machine. */
export async function startManagementApis() {
  const managed: Managed = {
    concurrency: 10,
    stacks: new Map(),
    secrets: new Map(),
    puts: 0,
    keys: new Set(),
    templates: new Map(),
    sandboxes: 0,
    hours: 1,
    subscriptions: [],
    models: [],
    sms: { url: '', authToken: '' },
    model: 'ok',
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
  const own = deployment(asked, managed)
  if (own) return own
  if (headers['x-amz-target'] !== undefined) return secretsManager(asked, managed)
  if (headers['content-type']?.includes('x-www-form-urlencoded')) return queryApi(asked, managed)
  if (url.pathname.includes('account-settings'))
    return { json: { AccountLimit: { ConcurrentExecutions: managed.concurrency } } }
  if (String(headers.authorization).startsWith('AWS4-HMAC-SHA256'))
    return { json: { data: managed.models.map((id) => ({ id })) } }
  if (!managed.keys.has(String(headers['x-api-key'])))
    return { status: 401, json: { code: 401, message: 'the key is not valid' } }
  return provider(asked, managed) ?? { status: 404, json: { message: 'no such thing' } }
}

/** The deployed API, the model gateway, and the function that receives SMS. */
function deployment({ url, headers, body }: Asked, { sms, model }: Managed): Said | undefined {
  const answers: Readonly<Record<string, () => Said>> = {
    '/health': () => ({ json: { status: 'ok' } }),
    '/gateway': () => ({ status: model === undefined ? 502 : 401, json: {} }),
    '/api/health': () => ({ json: { dependencies: [health(model)], timestamp: NOW } }),
    '/api/webhooks/sms': () => {
      const fields = Object.fromEntries(new URLSearchParams(body))
      const signature = signatureOf(sms.authToken, sms.url, fields)
      return headers['x-twilio-signature'] === signature ? { xml: '<Response/>' } : { status: 403 }
    },
  }
  return answers[url.pathname]?.()
}

const NOW = '2026-11-30T00:00:00.000Z'

const health = (model: Managed['model']) => ({
  name: 'model',
  state: model ?? 'unknown',
  since: NOW,
  detail: model === 'ok' ? 'The model: it works.' : 'The model: it refuses the key.',
  cure: model === 'ok' ? null : 'Set a valid key.',
})

const refused = (message: string): Said => ({ status: 400, json: { code: 400, message } })

/** E2B and Anthropic. */
function provider({ method, url }: Asked, managed: Managed): Said | undefined {
  const path = decodeURIComponent(url.pathname)
  // Doctor asks for longer than any plan allows.
  if (method === 'POST' && path === '/v2/sandboxes')
    return refused(`Timeout cannot be greater than ${managed.hours} hours`)
  const alias = /^\/templates\/aliases\/(.+)$/.exec(path)?.[1]
  if (alias !== undefined)
    return managed.templates.has(alias)
      ? { json: { templateID: `id-${alias}`, public: false } }
      : undefined
  const built = managed.templates.get(/^\/templates\/id-(.+)$/.exec(path)?.[1] ?? '')
  if (built !== undefined)
    return {
      json: {
        builds: [
          { status: 'error', createdAt: NOW, finishedAt: NOW },
          { status: 'ready', createdAt: built, finishedAt: built },
        ],
      },
    }
  const answers: Readonly<Record<string, unknown>> = {
    '/v2/sandboxes': Array.from({ length: managed.sandboxes }, () => ({})),
    '/v1/models': { data: [] },
  }
  return path in answers ? { json: answers[path] } : undefined
}

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:Baton-Alarms'

/** STS, CloudFormation and SNS. */
function queryApi({ body }: Asked, { stacks, subscriptions }: Managed): Said {
  const form = new URLSearchParams(body)
  const action = form.get('Action')
  if (action === 'GetCallerIdentity')
    return {
      xml: '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
    }
  if (action === 'ListSubscriptionsByTopic')
    return {
      xml: `<ListSubscriptionsByTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ListSubscriptionsByTopicResult><Subscriptions>${subscriptions.map((arn) => `<member><TopicArn>${TOPIC}</TopicArn><Protocol>email</Protocol><SubscriptionArn>${arn}</SubscriptionArn></member>`).join('')}</Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
    }
  if (action === 'ListStackResources')
    return {
      xml: `<ListStackResourcesResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><ListStackResourcesResult><StackResourceSummaries><member><LogicalResourceId>AlarmTopic</LogicalResourceId><PhysicalResourceId>${TOPIC}</PhysicalResourceId><ResourceType>AWS::SNS::Topic</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>${NOW}</LastUpdatedTimestamp></member></StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`,
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
