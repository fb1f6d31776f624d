/** `baton doctor` and `baton secrets`, against stand-ins for AWS and the providers. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newPolicy } from '../../local/providers/sendgrid/account.ts'
import { type SendGrid, startSendGrid } from '../../local/providers/sendgrid/server.ts'
import { newAccount, newNumber } from '../../local/providers/twilio/account.ts'
import { SERVICE_SID, startTwilio, type Twilio } from '../../local/providers/twilio/server.ts'
import { runCli } from '../support/cli.ts'
import { startManagementApis } from '../support/management-apis.ts'
import { startNameServer } from '../support/name-server.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'baton-doctor-'))
const settings = path.join(folder, 'baton.json')
const NUMBER = '+15550199'
const HOST = 'in.example.com'
const EMAIL_HOOK = 'https://baton.example.com/api/webhooks/email'
const FRAGMENT = '#rc=5&rp=all'
const POLICY = newPolicy('Baton', true)

const KEYS = {
  'e2b-api-key': `e2b_${'c'.repeat(40)}`,
  'anthropic-api-key': `sk-ant-${'a'.repeat(40)}`,
  'twilio-auth-token': 'd'.repeat(32),
  'sendgrid-api-key': `SG.${'e'.repeat(40)}`,
  'sendgrid-public-key': POLICY.signing?.publicKey ?? '',
}
const GENERATED = 'Ab3'.repeat(14).slice(0, 40)

const SID = `AC${'0'.repeat(32)}`

let apis: Awaited<ReturnType<typeof startManagementApis>>
let names: Awaited<ReturnType<typeof startNameServer>>
let twilio: Twilio
let sendgrid: SendGrid
/** The address of the function that receives SMS. */
let smsHook = ''
beforeAll(async () => {
  apis = await startManagementApis()
  names = await startNameServer()
  const log = () => {}
  const authToken = KEYS['twilio-auth-token']
  twilio = await startTwilio({ accountSid: SID, authToken, number: NUMBER, log })
  sendgrid = await startSendGrid({ apiKey: KEYS['sendgrid-api-key'], log })
  smsHook = `${apis.url}/api/webhooks/sms`
})
afterAll(async () => {
  await apis.close()
  await names.close()
  await twilio.close()
  await sendgrid.close()
  rmSync(folder, { recursive: true })
})

/** A deployment whose operator has done nothing yet, with SMS and email. */
beforeEach(() => {
  const { managed, url } = apis
  choose({})
  Object.assign(managed, { concurrency: 10, sandboxes: 0, model: 'ok' })
  Object.assign(managed.sms, { url: smsHook, authToken: KEYS['twilio-auth-token'] })
  for (const map of [managed.stacks, managed.secrets, managed.keys, managed.templates]) map.clear()
  managed.models.length = 0
  managed.subscriptions.length = 0
  names.records.clear()
  Object.assign(twilio.account, newAccount(SID, NUMBER, SERVICE_SID))
  for (const list of ['domains', 'parse', 'policies'] as const) sendgrid.account[list].length = 0
  managed.stacks.set('CDKToolkit', { BootstrapVersion: '30' })
  managed.stacks.set('Baton', {
    ApiUrl: url,
    GatewayUrl: `${url}/gateway`,
    SmsWebhook: `${smsHook}${FRAGMENT}`,
    EmailWebhook: EMAIL_HOOK,
  })
  managed.secrets.set('Baton/api-token', 'the-api-token')
  for (const name of Object.keys(KEYS)) managed.secrets.set(`Baton/${name}`, GENERATED)
  for (const key of Object.values(KEYS)) managed.keys.add(key)
})

/** Writes the settings. */
function choose(more: object): void {
  const usual = { smsNumber: NUMBER, twilioAccountSid: SID, emailAddress: `baton@${HOST}` }
  writeFileSync(settings, JSON.stringify({ ...usual, ...more }))
}

const everything: string[] = []

async function run(
  words: readonly string[],
  input = '',
  env: Record<string, string | undefined> = {},
) {
  const done = await runCli(words, {
    cwd: folder,
    input,
    env: {
      HOME: folder,
      BATON_SETTINGS: settings,
      BATON_DNS_SERVERS: names.address,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: apis.url,
      E2B_API_URL: apis.url,
      ANTHROPIC_BASE_URL: apis.url,
      TWILIO_API_URL: twilio.url,
      SENDGRID_API_URL: sendgrid.url,
      ...env,
    },
  })
  everything.push(done.out, done.err)
  return done
}

interface Row {
  readonly name: string
  readonly state: string
  readonly detail: string
  readonly cure?: string
}

/** Returns the rows by name. */
async function rowsOf(env: Record<string, string | undefined> = {}) {
  const { status, events } = await run(['doctor', '--json'], '', env)
  const rows = new Map((events() as Row[]).map((row) => [row.name, row]))
  const named = (state: string) =>
    [...rows.values()].filter((row) => row.state === state).map(({ name }) => name)
  return { status, rows, named }
}

test('a deployment with nothing set up: each failure has a cure, and what builds on it is skipped', async () => {
  const { status, rows, named } = await rowsOf()
  expect(status).toBe(1)
  expect(named('ok')).toEqual([
    'Node',
    'packages',
    'settings',
    'AWS credentials',
    'CDK bootstrap',
    'stack',
    'API',
    'model gateway',
  ])
  expect(named('fail')).toEqual(Object.keys(KEYS))
  expect(named('warn')).toEqual(['Lambda concurrency', 'alarm receiver', 'MX record'])
  expect(named('skipped')).toEqual([
    'Bedrock',
    'E2B template',
    'E2B plan',
    'Twilio number',
    'Twilio A2P',
    'SendGrid domain',
    'Twilio webhook',
    'Twilio signature',
    'SendGrid Parse',
    'SendGrid signature',
  ])
  expect(rows.get('e2b-api-key')?.cure).toContain('baton secrets set e2b-api-key')
  expect(rows.get('sendgrid-public-key')?.cure).toContain('baton webhooks connect')
  expect(rows.get('Lambda concurrency')?.cure).toContain('L-B99A9384')
})

const SUBSCRIBED = 'arn:aws:sns:eu-central-1:123456789012:Baton-Alarms:1'

/** Sets up all that doctor looks at. */
function setUp(): void {
  const { managed } = apis
  managed.concurrency = 1000
  for (const [name, key] of Object.entries(KEYS)) managed.secrets.set(`Baton/${name}`, key)
  managed.templates.set('baton', new Date().toISOString())
  managed.subscriptions.push(SUBSCRIBED)
  names.records.set(HOST, ['mx.sendgrid.net'])
  const [number] = twilio.account.numbers
  if (number) number.settings.sms_url = `${smsHook}${FRAGMENT}`
  twilio.account.services[0]?.campaigns.push('VERIFIED')
  const { domains, parse, policies } = sendgrid.account
  domains.push({ domain: 'example.com', subdomain: 'em', valid: true })
  policies.push(POLICY)
  parse.push({
    ...{ hostname: HOST, url: EMAIL_HOOK, spam_check: false, send_raw: true },
    security_policy: POLICY.id,
  })
}

test('a deployment with everything set up: all is ok, and so is the exit status', async () => {
  setUp()
  const { status, named } = await rowsOf()
  expect([status, named('fail'), named('warn')]).toEqual([0, [], []])
  // The model is at Anthropic.
  expect(named('skipped')).toEqual(['Bedrock'])
})

const change = (more: object) => Object.assign(twilio.account.numbers[0] ?? {}, more)
const say = (more: object) => Object.assign(twilio.account.numbers[0]?.settings ?? {}, more)
const parseSays = (more: object) => Object.assign(sendgrid.account.parse[0] ?? {}, more)
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()

/** A row, its state, what it says, and what makes it so. */
type Wrong = readonly [name: string, state: 'fail' | 'warn', detail: RegExp, spoil: () => unknown]

/** What may be wrong with a deployment at the same time. Each begins with everything set up. */
const WRONG: Readonly<Record<string, readonly Wrong[]>> = {
  'nothing is finished': [
    ['E2B template', 'fail', /no template "baton"/, () => apis.managed.templates.clear()],
    [
      'E2B plan',
      'warn',
      /^20 of .* Hobby plan allows 20 at once\. More are refused/,
      () => Object.assign(apis.managed, { sandboxes: 20 }),
    ],
    ['anthropic-api-key', 'fail', /401/, () => apis.managed.keys.delete(KEYS['anthropic-api-key'])],
    [
      ...(['alarm receiver', 'fail', /not confirmed/] as const),
      () => apis.managed.subscriptions.splice(0, 1, 'PendingConfirmation'),
    ],
    [
      ...(['model gateway', 'fail', /answered 502/] as const),
      () => Object.assign(apis.managed, { model: undefined }),
    ],
    ['Twilio number', 'fail', /cannot send SMS/, () => change({ hasSms: false })],
    [
      ...(['Twilio A2P', 'warn', /The campaign is FAILED, the brand is APPROVED/] as const),
      () => {
        twilio.account.services[0]?.campaigns.splice(0, 1, 'FAILED')
        twilio.account.brands.push('APPROVED')
      },
    ],
    ['Twilio webhook', 'warn', /fragment is missing/, () => say({ sms_url: smsHook })],
    [
      ...(['Twilio signature', 'fail', /refuses what is signed for this address/] as const),
      () => Object.assign(apis.managed.sms, { url: 'https://hooks.example.com/api/webhooks/sms' }),
    ],
    ['SendGrid domain', 'fail', /not valid/, () => sendgrid.account.domains.map(invalidate)],
    [
      'MX record',
      'fail',
      /It is mx\.example\.org/,
      () => names.records.set(HOST, ['mx.example.org']),
    ],
    ['SendGrid Parse', 'fail', /posts to/, () => parseSays({ url: 'https://other.example.com' })],
    ['SendGrid signature', 'fail', /does not sign/, () => parseSays({ security_policy: '' })],
  ],
  'it is old, and some of it is for something else': [
    [
      ...(['E2B template', 'warn', /was built 100 days ago/] as const),
      () => apis.managed.templates.set('baton', daysAgo(100.5)),
    ],
    ['alarm receiver', 'warn', /Nobody hears/, () => apis.managed.subscriptions.pop()],
    [
      'model gateway',
      'warn',
      /refuses the key/,
      () => Object.assign(apis.managed, { model: 'down' }),
    ],
    [
      ...(['Bedrock', 'fail', /cannot use anthropic\.claude-1/] as const),
      () => {
        choose({ modelUpstream: 'bedrock', model: 'anthropic.claude-1' })
        apis.managed.models.push('anthropic.claude-2')
      },
    ],
    ['Twilio webhook', 'fail', /Another address/, () => say({ sms_url: `${apis.url}/other` })],
    ['SendGrid domain', 'fail', /does not know/, () => sendgrid.account.domains.pop()],
    ['MX record', 'warn', /no MX record/, () => names.records.clear()],
    [
      ...(['SendGrid signature', 'fail', /another public key/] as const),
      () => {
        const other = newPolicy('other', true)
        sendgrid.account.policies.push(other)
        parseSays({ security_policy: other.id })
      },
    ],
  ],
  'nothing calls it': [
    ['Twilio webhook', 'fail', /No address/, () => say({ sms_url: '' })],
    ['SendGrid Parse', 'fail', /Nothing receives/, () => sendgrid.account.parse.pop()],
  ],
  'it is called by GET': [['Twilio webhook', 'fail', /by GET/, () => say({ sms_method: 'GET' })]],
  'an application is in between': [
    ['Twilio webhook', 'fail', /application/, () => say({ sms_application_sid: 'AP1' })],
  ],
  'the number is not there': [
    ['Twilio number', 'fail', /has no number/, () => twilio.account.numbers.pop()],
  ],
}

const invalidate = (domain: { valid: boolean }) => Object.assign(domain, { valid: false })

test.each(
  Object.entries(WRONG),
)('what is wrong is named, with what to do: %s', async (_, wrong) => {
  setUp()
  for (const [, , , spoil] of wrong) spoil()
  const { rows } = await rowsOf()
  const found = wrong.map(([name]) => [name, rows.get(name)?.state, rows.get(name)?.detail])
  expect(found).toEqual(
    wrong.map(([name, state, detail]) => [name, state, expect.stringMatching(detail)]),
  )
  for (const [name] of wrong) expect(rows.get(name)?.cure).toBeTruthy()
  const cures = [...rows.values()].map(({ cure = '' }) => cure).join('\n')
  expect(cures).not.toMatch(/cdk deploy|cdk destroy|npm run template/)
})

test.each([
  { hours: 1, state: 'warn', plan: 'for 1 hour, as on the Hobby plan, which allows 20 at once' },
  { hours: 24, state: 'ok', plan: 'for 24 hours, as on the Pro plan, which allows 100 at once' },
])('E2B’s plan is known by how long a sandbox may run: $hours h', async ({
  hours,
  state,
  plan,
}) => {
  setUp()
  Object.assign(apis.managed, { hours, sandboxes: 20 })
  const { rows } = await rowsOf()
  expect(rows.get('E2B plan')).toMatchObject({ state, detail: expect.stringContaining(plan) })
})

const TOLL_FREE = '+18005550199'

test('a toll-free number needs a verification, and no A2P campaign', async () => {
  setUp()
  choose({ smsNumber: TOLL_FREE })
  Object.assign(twilio.account, newAccount(SID, TOLL_FREE, SERVICE_SID))
  const registration = async () => (await rowsOf()).rows.get('Twilio A2P')
  const open = await registration()
  expect(open).toMatchObject({ state: 'warn', detail: expect.stringContaining('not submitted') })
  expect(open?.cure).toContain('toll-free')
  const [{ sid } = { sid: '' }] = twilio.account.numbers
  twilio.account.verifications.set(sid, 'IN_REVIEW')
  expect(await registration()).toMatchObject({ detail: expect.stringContaining('IN_REVIEW') })
  twilio.account.verifications.set(sid, 'TWILIO_APPROVED')
  expect(await registration()).toMatchObject({ state: 'ok' })
})

test('of a Messaging Service, local and toll-free numbers are registered each in its way', async () => {
  setUp()
  choose({ smsNumber: undefined, messagingServiceSid: SERVICE_SID })
  const registration = async () => (await rowsOf()).rows.get('Twilio A2P')
  expect(await registration()).toMatchObject({ state: 'ok' })
  twilio.account.services[0]?.numbers.push(TOLL_FREE)
  twilio.account.numbers.push(newNumber(TOLL_FREE))
  expect(await registration()).toMatchObject({ detail: expect.stringContaining(TOLL_FREE) })
})

test('a deployment waits for no key that another command sets once it stands', async () => {
  const { status, err } = await run(['deploy', '--yes'])
  expect(status).toBe(1)
  const names = 'e2b-api-key, anthropic-api-key, twilio-auth-token, sendgrid-api-key'
  expect(err).toContain(`Keys are missing: ${names}.`)
  expect(err).toContain('sendgrid-public-key is not set yet: baton webhooks connect email sets it.')
})

test('a model on Bedrock that the account may use is ok, and then no key of Anthropic is needed', async () => {
  setUp()
  choose({ modelUpstream: 'bedrock', model: 'anthropic.claude-2' })
  apis.managed.models.push('anthropic.claude-2')
  const { status, rows, named } = await rowsOf()
  expect([status, named('fail'), named('skipped')]).toEqual([0, [], []])
  expect(rows.get('Bedrock')?.state).toBe('ok')
})

test('before the first deployment: keys of the environment are checked, and a missing one is a warning', async () => {
  setUp()
  apis.managed.stacks.clear()
  apis.managed.secrets.clear()
  const { rows } = await rowsOf({ E2B_API_KEY: KEYS['e2b-api-key'] })
  const states = [
    'CDK bootstrap',
    'stack',
    'e2b-api-key',
    'E2B template',
    'anthropic-api-key',
    'API',
  ].map((name) => rows.get(name)?.state)
  expect(states).toEqual(['fail', 'warn', 'ok', 'ok', 'warn', 'skipped'])
})

test('without credentials, and with a mistyped setting, it says so once', async () => {
  writeFileSync(settings, '{ "linkday": 3 }')
  const { out, status } = await run(['doctor'], '', {
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
  })
  expect(status).toBe(1)
  expect(out).toMatch(/^FAIL +settings .*perhaps you mean linkDays$/m)
  expect(out).toContain('Correct baton.json')
  expect(out).toMatch(/^FAIL +AWS credentials /m)
  expect(out.match(/^FAIL/gm)).toHaveLength(2)
  expect(out).toContain('aws sso login')
})

test('secrets: a key is checked, set from standard input, and replaced', async () => {
  const { managed } = apis
  const id = 'Baton/e2b-api-key'
  const refused = await run(['secrets', 'set', 'e2b-api-key'], 'e2b_wrong')
  expect([refused.status, managed.secrets.get(id)]).toEqual([1, GENERATED])
  expect(refused.err).toContain('E2B answered 401')
  expect(await run(['secrets', 'set', 'e2b-api-key'], `${KEYS['e2b-api-key']}\n`)).toMatchObject({
    status: 0,
  })
  expect(managed.secrets.get(id)).toBe(KEYS['e2b-api-key'])
  const next = `e2b_${'f'.repeat(40)}`
  managed.keys.add(next)
  const rotated = await run(['secrets', 'rotate', 'e2b-api-key'], next)
  expect(rotated.out).toContain('Revoke the old key after')
  expect(managed.secrets.get(id)).toBe(next)
  const checked = (await run(['secrets', 'check', '--json'])).events() as Row[]
  expect(checked.map(({ state }) => state)).toEqual(['ok', 'fail', 'fail', 'fail', 'fail'])
  expect(await run(['secrets', 'set', 'sendgrid-public-key'], 'not a key')).toMatchObject({
    status: 1,
  })
  const unknown = await run(['secrets', 'set', 'e2b-key'], 'x')
  expect([unknown.status, unknown.err]).toEqual([2, expect.stringContaining('e2b-api-key')])
  const argument = await run(['secrets', 'set', 'e2b-api-key', 'x'])
  expect([argument.status, managed.secrets.get(id)]).toEqual([2, next])
  const elsewhere = await run(['secrets', 'set', 'e2b-api-key', '--stack', 'Other'], next)
  expect([elsewhere.status, elsewhere.err]).toEqual([1, expect.stringContaining('Deploy first')])
})

test('secrets rotate: own secrets are made anew, and it says until when the old one is accepted', async () => {
  const { managed, url } = apis
  managed.secrets.set('Baton/api-token', 'the-old-token')
  const file = path.join(folder, '.config', 'baton', 'credentials.json')
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify({ [url]: { token: 'the-old-token' } }), { mode: 0o600 })
  const rotated = await run(['secrets', 'rotate', 'api-token'])
  const made = managed.secrets.get('Baton/api-token') ?? ''
  expect(made).toMatch(/^[\w-]{43}$/)
  expect(rotated).toMatchObject({
    status: 0,
    out: expect.stringMatching(/accepted until \d{4}-\d\d-\d\d \d\d:\d\d UTC/),
    err: expect.stringContaining('signed in'),
  })
  expect(rotated.out + rotated.err).not.toContain(made)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ [url]: { token: made } })
  managed.secrets.set('Baton/link-key', GENERATED)
  managed.puts = 0
  await run(['secrets', 'rotate', 'link-key', '--now'])
  // The second one takes the place of the old value.
  expect(managed.puts).toBe(2)
  const twilio = await run(['secrets', 'rotate', 'twilio-auth-token'], KEYS['twilio-auth-token'])
  expect(twilio.out).toContain('promote it now')
})

test('no command has printed a key', () => {
  const all = everything.join('\n')
  for (const key of [...Object.values(KEYS), GENERATED, 'f'.repeat(40)])
    expect(all).not.toContain(key)
})
