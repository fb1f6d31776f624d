/** `baton webhooks`: after it, messages of people arrive where the providers' own settings say, and it can be undone. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { replies, type TestBaton, testBaton } from '../support/baton.ts'
import { runCli } from '../support/cli.ts'
import { startManagementApis } from '../support/management-apis.ts'
import { emailsTo, sessionWith, textsTo } from '../support/people.ts'
import { rotate, secretOf, secretsOf } from '../support/secrets.ts'
import { openTerminal } from '../support/terminal.ts'

const ADA = '+15550100'
const HOST = 'example.com'
const OLD = 'https://old.example.com/sms'

const folder = mkdtempSync(path.join(tmpdir(), 'baton-webhooks-'))
const settings = path.join(folder, 'baton.json')
const keptFile = path.join(folder, 'config', 'baton', 'webhooks.json')

let baton: TestBaton
/** Stands for CloudFormation and STS. Secrets and functions are Baton's own. */
let apis: Awaited<ReturnType<typeof startManagementApis>>
beforeAll(async () => {
  apis = await startManagementApis()
  baton = await testBaton({ people: [ADA, 'ada@example.com'] })
  apis.managed.stacks.set('Baton', {
    ApiUrl: baton.url,
    SmsWebhook: `${baton.url}/api/webhooks/sms#rc=5&rp=all`,
    EmailWebhook: `${baton.url}/api/webhooks/email`,
  })
  const { sid: twilioAccountSid } = baton.twilio.account
  const own = { smsNumber: '+15550199', twilioAccountSid, emailAddress: `baton@${HOST}` }
  writeFileSync(settings, JSON.stringify(own))
})
afterAll(async () => {
  await baton.close()
  await apis.close()
  rmSync(folder, { recursive: true })
})

/** An account with a number that calls something else, and without Inbound Parse. */
beforeEach(() => {
  rmSync(keptFile, { force: true })
  const { domains, parse, policies } = baton.sendgrid.account
  for (const list of [domains, parse, policies]) list.length = 0
  domains.push({ domain: HOST, subdomain: 'em', valid: true })
  says({ sms_url: OLD, sms_method: 'GET', sms_application_sid: '' })
})

const number = () => baton.twilio.account.numbers[0]?.settings ?? {}
const says = (more: object) => Object.assign(number(), more)
const parse = () => baton.sendgrid.account.parse

const everything: string[] = []

const environment = () => {
  const { endpoint, region, credentials } = baton.aws
  return {
    HOME: folder,
    XDG_CONFIG_HOME: path.join(folder, 'config'),
    BATON_SETTINGS: settings,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL: apis.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
    TWILIO_API_URL: baton.twilio.url,
    SENDGRID_API_URL: baton.sendgrid.url,
  }
}

async function run(...words: string[]) {
  const done = await runCli(['webhooks', ...words], { cwd: folder, env: environment() })
  everything.push(done.out, done.err)
  return done
}

/** Returns the state of each row of `check`. */
async function check(...words: string[]) {
  const { status, events } = await run('check', '--json', ...words)
  const rows = events() as { name: string; state: string; detail: string }[]
  return { status, states: Object.fromEntries(rows.map(({ name, state }) => [name, state])) }
}

const ALL_OK = {
  'Twilio webhook': 'ok',
  'Twilio signature': 'ok',
  'SendGrid Parse': 'ok',
  'SendGrid signature': 'ok',
  'SMS round trip': 'ok',
  'email round trip': 'ok',
}

test('connected: an SMS and an email arrive where the settings at the providers say, and are answered', async () => {
  const { status, out, err } = await run('connect', '--yes')
  expect([status, out]).toEqual([
    0,
    'The number +15550199 at Twilio is now connected.\nThe Inbound Parse of example.com at SendGrid is now connected.\n',
  ])
  expect(err).toMatch(/SmsUrl +https:\/\/old\.example\.com\/sms → http:.*#rc=5&rp=all$/m)
  expect(err).toMatch(/SmsMethod +GET → POST$/m)
  expect(number()).toMatchObject({
    sms_url: `${baton.url}/api/webhooks/sms#rc=5&rp=all`,
    sms_method: 'POST',
  })
  const [policy] = baton.sendgrid.account.policies
  expect(parse()).toMatchObject([{ hostname: HOST, send_raw: true, security_policy: policy?.id }])
  expect(await secretOf(baton.aws, 'Baton/sendgrid-public-key')).toBe(policy?.signing?.publicKey)

  await baton.twilio.deliver({ from: ADA, body: 'What can you do?' })
  await expect.poll(() => textsTo(baton, ADA).length, { timeout: 60_000 }).toBe(1)
  const email = { from: 'ada@example.com', to: `baton@${HOST}`, subject: 'Hi', text: 'By email' }
  const delivery = await baton.sendgrid.receive(email, {
    spf: 'pass',
    dkim: '{@example.com : pass}',
  })
  expect(delivery).toMatchObject({ status: 200 })
  await expect.poll(() => emailsTo(baton, 'ada@example.com').length, { timeout: 60_000 }).toBe(1)
  const session = await sessionWith(baton, 'By email')
  expect(replies(await baton.history(session))).toHaveLength(1)
})

test('a check sends messages of Baton to itself, which arrive and start nothing', async () => {
  await run('connect', '--yes')
  const sessions = async () => (await (await baton.request('/api/sessions')).json()) as object
  const before = await sessions()
  expect(await check()).toEqual({ status: 0, states: ALL_OK })
  expect(await sessions()).toEqual(before)
  const unknown = await (await baton.request('/api/people?list=unknown')).json()
  expect(JSON.stringify(unknown)).toMatch(/own number: webhook check .*own address: webhook check /)
})

test('a check sees what is called by another name, and an email that is refused', async () => {
  await run('connect', '--yes')
  says({ sms_url: `${String(number().sms_url).replace('127.0.0.1', 'localhost')}` })
  const other = await fetch(`${baton.sendgrid.url}/v3/user/webhooks/security/policies`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await secretOf(baton.aws, 'Baton/sendgrid-api-key')}` },
    body: JSON.stringify({ name: 'other', signature: { enabled: true } }),
  })
  const { policy } = (await other.json()) as { policy: { id: string } }
  Object.assign(parse()[0] ?? {}, { security_policy: policy.id })
  expect(await check('--seconds', '2')).toEqual({
    status: 1,
    states: {
      ...ALL_OK,
      'Twilio webhook': 'fail',
      'Twilio signature': 'fail',
      'SMS round trip': 'fail',
      'SendGrid signature': 'fail',
      'email round trip': 'fail',
    },
  })
})

test("a stranger's email in Baton's name is recorded as not authentic, and starts nothing", async () => {
  await run('connect', '--yes')
  const forged = { from: `baton@${HOST}`, to: `baton@${HOST}`, subject: 'forged', text: 'hi' }
  await baton.sendgrid.receive(forged, { spf: 'fail', dkim: 'none' })
  const unknown = await (await baton.request('/api/people?list=unknown')).text()
  expect(unknown).toMatch(
    /"address":"baton@example\.com"[^}]*"reason":"(?!own address)[^"]*: forged"/,
  )
})

test('disconnected: the settings say what they said before, also if it was connected twice', async () => {
  await run('connect', '--yes')
  await rotate(baton.aws, 'Baton/sendgrid-public-key', 'a-key-of-before')
  const again = (await run('connect', '--yes')).out
  expect(again).toContain('+15550199 at Twilio was connected already')
  expect(again).toContain('Inbound Parse of example.com at SendGrid is now connected')
  expect(statSync(keptFile).mode & 0o077).toBe(0)
  const kept = readFileSync(keptFile, 'utf8')
  expect(kept).toContain(OLD)
  for (const value of (await secretsOf(baton.aws)).values()) expect(kept).not.toContain(value)
  const { status, out } = await run('disconnect', '--yes')
  expect([status, out]).toEqual([0, expect.stringMatching(/^(.*says what it said before\.\n){2}$/)])
  expect(number()).toMatchObject({ sms_url: OLD, sms_method: 'GET' })
  expect([parse(), baton.sendgrid.account.policies]).toEqual([[], []])
  const twice = await run('disconnect', '--yes')
  expect([twice.status, twice.err]).toEqual([1, expect.stringContaining('Nothing was connected')])
})

test('a setting that was there gets its address back, and keeps its own policy', async () => {
  const url = 'https://old.example.com/email'
  const first = { hostname: HOST, url, spam_check: true, send_raw: false }
  parse().push({ ...first })
  await run('connect', 'email', '--yes')
  expect(parse()).toMatchObject([{ url: `${baton.url}/api/webhooks/email`, spam_check: true }])
  expect(number()).toMatchObject({ sms_url: OLD })
  await run('disconnect', 'email', '--yes')
  // SendGrid has no way to take a policy off.
  expect(parse()).toEqual([{ ...first, security_policy: expect.any(String) }])
})

test('what somebody has changed since is only given back by force', async () => {
  await run('connect', 'sms', '--yes')
  says({ sms_url: 'https://newer.example.com' })
  const refused = await run('disconnect', 'sms', '--yes')
  expect([refused.status, refused.err]).toEqual([
    1,
    expect.stringContaining('Somebody has changed'),
  ])
  expect(number()).toMatchObject({ sms_url: 'https://newer.example.com' })
  expect(await run('disconnect', 'sms', '--yes', '--force')).toMatchObject({ status: 0 })
  expect(number()).toMatchObject({ sms_url: OLD })
})

test('a Messaging Service with other numbers is left alone; one that is named is connected', async () => {
  const [service] = baton.twilio.account.services
  const own = readFileSync(settings, 'utf8')
  const set = (value: boolean) =>
    Object.assign(service?.settings ?? {}, { use_inbound_webhook_on_number: value })
  try {
    set(false)
    service?.numbers.push('+15550198')
    const refused = await run('connect', 'sms', '--yes')
    expect([refused.status, refused.err]).toEqual([1, expect.stringContaining('+15550198')])
    const { smsNumber: _, ...others } = JSON.parse(own)
    writeFileSync(settings, JSON.stringify({ ...others, messagingServiceSid: service?.sid }))
    set(true)
    expect(await run('connect', 'sms', '--yes')).toMatchObject({ status: 0 })
    expect(service?.settings).toMatchObject({
      inbound_request_url: `${baton.url}/api/webhooks/sms#rc=5&rp=all`,
      use_inbound_webhook_on_number: false,
    })
    await run('disconnect', 'sms', '--yes')
    expect(service?.settings).toMatchObject({ use_inbound_webhook_on_number: true })
  } finally {
    writeFileSync(settings, own)
    service?.numbers.pop()
    set(true)
  }
})

test('without a terminal and without --yes nothing is changed', async () => {
  const { status, err } = await run('connect')
  expect([status, err]).toEqual([2, expect.stringContaining('--yes')])
  expect([number().sms_url, parse()]).toEqual([OLD, []])
})

test('in a terminal it shows what it changes and asks; no is the end of it, yes does it', async () => {
  const ask = () =>
    openTerminal(['webhooks', 'connect', 'sms'], { cwd: folder, env: environment() })
  const no = ask()
  await no.shows(`${OLD} → `)
  await no.shows('Change this?')
  no.types('n')
  expect(await no.ended).toBe(1)
  expect(number().sms_url).toBe(OLD)
  const yes = ask()
  await yes.shows('Change this?')
  yes.types('y')
  await yes.shows('is now connected')
  expect(await yes.ended).toBe(0)
  expect(number().sms_url).toContain(baton.url)
})

test('no command has printed a key', async () => {
  const all = everything.join('\n')
  for (const [name, value] of await secretsOf(baton.aws))
    expect(all.includes(value), name).toBe(false)
})
