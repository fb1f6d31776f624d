/** `baton doctor` and `baton secrets`, against stand-ins for AWS and the providers. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { runCli } from '../support/cli.ts'
import { startManagementApis } from '../support/management-apis.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'baton-doctor-'))
const settings = path.join(folder, 'baton.json')
const NUMBER = '+15550199'
const HOST = 'in.example.com'
const HOOKS = {
  sms: 'https://baton.example.com/api/webhooks/sms',
  email: 'https://baton.example.com/api/webhooks/email',
}
const FRAGMENT = '#rc=5&rp=all'

const KEYS = {
  'e2b-api-key': `e2b_${'c'.repeat(40)}`,
  'anthropic-api-key': `sk-ant-${'a'.repeat(40)}`,
  'twilio-auth-token': 'd'.repeat(32),
  'sendgrid-api-key': `SG.${'e'.repeat(40)}`,
  'sendgrid-public-key': generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ format: 'der', type: 'spki' })
    .toString('base64'),
}
const GENERATED = 'Ab3'.repeat(14).slice(0, 40)

let apis: Awaited<ReturnType<typeof startManagementApis>>
beforeAll(async () => {
  apis = await startManagementApis()
})
afterAll(async () => {
  await apis.close()
  rmSync(folder, { recursive: true })
})

/** A deployment whose operator has done nothing yet, with SMS and email. */
beforeEach(() => {
  const { managed, url } = apis
  writeFileSync(
    settings,
    JSON.stringify({
      smsNumber: NUMBER,
      twilioAccountSid: `AC${'0'.repeat(32)}`,
      emailAddress: `baton@${HOST}`,
    }),
  )
  managed.concurrency = 10
  managed.campaign = 'PENDING'
  for (const map of [
    managed.stacks,
    managed.secrets,
    managed.numbers,
    managed.domains,
    managed.parse,
  ])
    map.clear()
  for (const set of [managed.keys, managed.templates]) set.clear()
  managed.stacks.set('CDKToolkit', { BootstrapVersion: '30' })
  managed.stacks.set('Baton', {
    ApiUrl: url,
    SmsWebhook: `${HOOKS.sms}${FRAGMENT}`,
    EmailWebhook: HOOKS.email,
  })
  for (const name of Object.keys(KEYS)) managed.secrets.set(`Baton/${name}`, GENERATED)
  for (const key of Object.values(KEYS)) managed.keys.add(key)
})

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
      BATON_DNS_SERVERS: '127.0.0.1:1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: apis.url,
      E2B_API_URL: apis.url,
      ANTHROPIC_BASE_URL: apis.url,
      TWILIO_API_URL: apis.url,
      TWILIO_MESSAGING_URL: apis.url,
      SENDGRID_API_URL: apis.url,
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
  ])
  expect(named('fail')).toEqual(Object.keys(KEYS))
  expect(named('warn')).toEqual(['Lambda concurrency', 'MX record'])
  expect(named('skipped')).toEqual([
    'E2B template',
    'Twilio number',
    'Twilio webhook',
    'Twilio A2P',
    'SendGrid domain',
    'SendGrid Parse',
  ])
  expect(rows.get('e2b-api-key')?.cure).toContain('baton secrets set e2b-api-key')
  expect(rows.get('Lambda concurrency')?.cure).toContain('L-B99A9384')
})

/** Sets up all that doctor looks at. */
function setUp(): void {
  const { managed } = apis
  managed.concurrency = 1000
  managed.campaign = 'VERIFIED'
  for (const [name, key] of Object.entries(KEYS)) managed.secrets.set(`Baton/${name}`, key)
  managed.templates.add('baton')
  managed.numbers.set(NUMBER, `${HOOKS.sms}${FRAGMENT}`)
  managed.domains.set('example.com', true)
  managed.parse.set(HOST, { url: HOOKS.email, signed: true })
}

test('a deployment with everything set up: all is ok, and so is the exit status', async () => {
  setUp()
  const { status, named } = await rowsOf()
  // No name server answers in this test.
  expect([status, named('fail'), named('skipped'), named('warn')]).toEqual([
    0,
    [],
    [],
    ['MX record'],
  ])
})

test('what is set up wrongly is named', async () => {
  setUp()
  const { managed } = apis
  managed.campaign = 'FAILED'
  managed.templates.clear()
  managed.numbers.set(NUMBER, HOOKS.sms)
  managed.domains.set('example.com', false)
  managed.parse.set(HOST, { url: HOOKS.email, signed: false })
  managed.keys.delete(KEYS['anthropic-api-key'])
  const { status, rows } = await rowsOf()
  expect(status).toBe(1)
  const found = (name: string) => [rows.get(name)?.state, rows.get(name)?.detail]
  expect(found('E2B template')).toEqual(['fail', 'The account has no template "baton".'])
  expect(found('Twilio webhook')).toEqual(['warn', expect.stringContaining('fragment')])
  expect(found('Twilio A2P')).toEqual(['warn', expect.stringContaining('FAILED')])
  expect(found('SendGrid domain')).toEqual(['fail', expect.stringContaining('not valid')])
  expect(found('SendGrid Parse')).toEqual(['fail', expect.stringContaining('does not sign')])
  expect(found('anthropic-api-key')).toEqual(['fail', expect.stringContaining('401')])
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
