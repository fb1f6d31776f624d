/**
 * Canaries: an operator's whole way, from the first deployment to its end, with secrets that are found again. Afterwards each is
 * where it belongs and nowhere else: in nothing that was printed, logged, stored, sent, written to a file, or given to a process.
 */
import { randomBytes } from 'node:crypto'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OWN_SECRETS, SECRETS } from '../../cli/secret-table.ts'
import { block, type TestBaton, testBaton } from '../support/baton.ts'
import { Canaries, type Finding, type Seen } from '../support/canaries.ts'
import { startManagementApis } from '../support/management-apis.ts'
import { startNameServer } from '../support/name-server.ts'
import { newOperator, portsOf } from '../support/operator.ts'
import { SECRET_PLACES, type SecretPlace } from '../support/secret-places.ts'
import { rotate, secretOf } from '../support/secrets.ts'
import { filesBelow, storedBy } from '../support/stored.ts'
import { startWitness } from '../support/witness.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const began = Date.now()

/** Tokens have these signs, too, which URLs and JSON write otherwise. */
const newSecret = (kind: string) => `canary-${kind}/+${randomBytes(12).toString('hex')}~=`

/** Those of providers, but not the public key, which SendGrid shows. */
const KEYS = SECRETS.filter(({ name }) => name !== 'sendgrid-public-key')

const canaries = new Canaries()
const ports = new Map<number, string>()
const witness = startWitness((port) => ports.get(port))
/** Stored before the deployment was destroyed. */
const stored: Seen[] = []

/** By the names of secrets, what the stand-ins of providers accept. */
const keys = new Map<string, string>()
const keyOf = (name: string) => keys.get(name) ?? ''

/** Not a secret: the name of a session, which goes wherever a secret could go. */
const PLANTED = 'canary-planted-58ae1b'
/** Commands may write to the checkout. */
const IN_CHECKOUT = path.join(ROOT, 'dist', PLANTED)

const OPERATOR = newSecret('operator')
const READER = newSecret('reader')

let baton: TestBaton
let apis: Awaited<ReturnType<typeof startManagementApis>>
let names: Awaited<ReturnType<typeof startNameServer>>
let operator: ReturnType<typeof newOperator>

beforeAll(async () => {
  baton = await testBaton({
    ...{ deployed: null, pauses: 'reliable', token: OPERATOR, readToken: READER },
  })
  apis = await startManagementApis()
  names = await startNameServer()
  const { aws, sendgrid } = baton
  for (const [port, name] of portsOf(baton)) ports.set(port, name)
  ports.set(Number(new URL(apis.url).port), 'Anthropic')
  operator = newOperator(baton, {
    ...{ ANTHROPIC_BASE_URL: apis.url, BATON_DNS_SERVERS: names.address },
  })
  for (const { name } of [...KEYS, ...OWN_SECRETS])
    canaries.add(name, await secretOf(aws, `Baton/${name}`))
  canaries.add('AWS key', aws.credentials.secretAccessKey)
  canaries.add('planted', PLANTED)
  writeFileSync(IN_CHECKOUT, PLANTED)
  for (const { name } of KEYS) {
    keys.set(name, await secretOf(aws, `Baton/${name}`))
    // As the template generates it, so that the operator's has yet to come.
    await rotate(aws, `Baton/${name}`, randomBytes(20).toString('hex'))
  }
  apis.managed.keys.add(keyOf('anthropic-api-key'))
  sendgrid.account.domains.push({ domain: 'example.com', subdomain: 'em', valid: true })
})
afterAll(async () => {
  witness.stop()
  await baton.close()
  await apis.close()
  await names.close()
  rmSync(operator.home, { recursive: true })
  rmSync(IN_CHECKOUT)
})

const inVariables = () => ({
  ...Object.fromEntries(KEYS.map(({ name, variable }) => [variable, keyOf(name)])),
  ...{ BATON_TOKEN: OPERATOR, BATON_READ_TOKEN: READER },
})

test('the operator deploys, with keys in variables', async () => {
  expect(await operator.run('init --set receiptInReply=false')).toMatchObject({ status: 0 })
  await operator.run('doctor', '', inVariables())
  const deployed = await operator.run('deploy --yes', '', inVariables())
  expect(deployed).toMatchObject({ status: 0, err: expect.stringContaining('It answers') })
  expect(await secretOf(baton.aws, 'Baton/e2b-api-key')).toBe(keyOf('e2b-api-key'))
})

test('gives it the other keys, and looks whether all is right', async () => {
  const choices = [
    ...['smsNumber=+15550199', `twilioAccountSid=${baton.twilio.account.sid}`],
    'emailAddress=baton@example.com',
  ]
  await operator.run(`init ${choices.map((choice) => `--set ${choice}`).join(' ')}`)
  for (const name of ['e2b-api-key', 'anthropic-api-key', 'sendgrid-api-key'])
    expect(await operator.run(`secrets set ${name}`, keyOf(name))).toMatchObject({ status: 0 })
  const asked = 'primary auth token of the Twilio account'
  expect(
    await operator.answer('secrets set twilio-auth-token', asked, keyOf('twilio-auth-token')),
  ).toBe(0)
  for (const command of ['secrets check', 'doctor'])
    for (const flag of ['', ' --json']) await operator.run(command + flag)
  expect((await operator.run('secrets check')).out.match(/^OK/gm)).toHaveLength(5)
})

test('connects the webhooks, checks them, and disconnects them', async () => {
  expect(await operator.run('webhooks connect --yes')).toMatchObject({ status: 0 })
  const checked = await operator.run('webhooks check --json')
  expect(checked.events().map(({ state }) => state)).toEqual(Array(6).fill('ok'))
  expect(await operator.run('webhooks disconnect --yes')).toMatchObject({ status: 0 })
})

const WRONG = newSecret('wrong')

test('a secret that is refused, or in a wrong place, is not repeated', async () => {
  canaries.add('wrong', WRONG)
  for (const [words, input] of [
    ...KEYS.map(({ name }) => [`secrets set ${name}`, WRONG]),
    ['secrets rotate sendgrid-public-key', WRONG],
    [`login --url ${baton.url}`, WRONG],
  ] as const)
    expect((await operator.run(words, input)).status).not.toBe(0)
  const refused = await operator.run(`sessions --url ${baton.url}`, '', { BATON_TOKEN: WRONG })
  expect(refused).toMatchObject({ status: 1, err: expect.stringContaining('does not know') })
})

test.each([
  `secrets set e2b-api-key ${WRONG}`,
  `secrets set ${WRONG}`,
  `secrets rotate ${WRONG}`,
  `login ${WRONG}`,
  `login --token=${WRONG}`,
  `login --url http://ada:${WRONG}@example.com`,
  `login --url http://ada:${encodeURIComponent(WRONG)}@example.com`,
])('nor on the command line: %#', async (words) => {
  const { status, out, err } = await operator.run(words)
  expect(status).not.toBe(0)
  expect(canaries.find([{ place: '', content: out + err }])).toEqual([])
})

test('signs in, makes tokens, and invites another operator', async () => {
  const url = `--url ${baton.url}`
  expect(await operator.run(`login ${url}`, OPERATOR)).toMatchObject({ status: 0 })
  const made = await operator.run(`tokens create nightly --read ${url}`)
  canaries.add('made token', made.out.trim())
  await operator.run(`tokens list ${url}`)
  await operator.run(`tokens list --json ${url}`)
  expect(await operator.run(`invite ada --file ada.txt ${url}`)).toMatchObject({ status: 0 })
  const [invitation] = filesBelow(operator.home, 0).filter(({ place }) => place.endsWith('ada.txt'))
  canaries.add('invited token', /^token: (.+)$/m.exec(String(invitation?.content))?.[1] ?? '')
  expect(await operator.run('login --invite ada.txt')).toMatchObject({ status: 0 })
  expect(await operator.run(`tokens revoke nightly ${url}`)).toMatchObject({ status: 0 })
})

test('talks to it, and traces what it did', async () => {
  const env = { BATON_URL: baton.url, LEAK: PLANTED }
  const said = await operator.run(`say --session ${PLANTED} -`, block('echo made it'), env)
  expect(said).toMatchObject({ status: 0, out: expect.stringContaining('made it') })
  await operator.run(`show ${PLANTED}`, '', env)
  const traced = await operator.run(`trace ${PLANTED} --file trace.jsonl`, '', env)
  expect(traced).toMatchObject({ status: 0 })
  const trace = filesBelow(operator.home, 0).find(({ place }) => place.endsWith('/trace.jsonl'))
  expect(String(trace?.content)).toContain('"kind":"log"')
  stored.push(...(await storedBy(baton)), ...filesBelow(baton.stateDir, 0))
})

test('opens the dashboard', async () => {
  const browser = path.join(operator.home, 'browser')
  const source = `#!${process.execPath}\nfetch('${baton.url}/health')\n`
  writeFileSync(browser, source, { mode: 0o700 })
  const given = { ...inVariables(), BATON_URL: baton.url, BROWSER: browser }
  expect(await operator.run('dashboard --keep 0', '', given)).toMatchObject({ status: 0 })
})

test('replaces secrets, and destroys it', async () => {
  const next = newSecret('anthropic')
  canaries.add('next anthropic-api-key', next)
  apis.managed.keys.add(next)
  const rotated = await operator.run('secrets rotate anthropic-api-key', next)
  expect(rotated).toMatchObject({ status: 0 })
  for (const name of ['api-token', 'read-token', 'job-signing-key', 'link-key']) {
    expect(await operator.run(`secrets rotate ${name} --now`)).toMatchObject({ status: 0 })
    canaries.add(`next ${name}`, await secretOf(baton.aws, `Baton/${name}`))
  }
  const destroyed = await operator.run('destroy --everything --confirm Baton')
  expect(destroyed).toMatchObject({
    status: 0,
    err: expect.stringContaining('Deleted the template "baton".'),
  })
})

const everything = () => [
  ...witness.seen(),
  ...operator.printed,
  ...stored,
  ...filesBelow(operator.home, 0),
  ...filesBelow(baton.stateDir, 0),
  ...filesBelow(ROOT, began),
]

test('no secret is anywhere else, and each place has one', () => {
  const found = canaries.find(everything()).filter(({ canary }) => canary !== 'planted')
  const isOwn = ({ canary, place }: Finding, own: SecretPlace) =>
    own.canary.test(canary) && own.place.test(place)
  const leaks = found.filter((each) => !SECRET_PLACES.some((own) => isOwn(each, own)))
  expect(leaks).toEqual([])
  const unused = SECRET_PLACES.filter((own) => !found.some((each) => isOwn(each, own)))
  expect(unused).toEqual([])
  const files = found.flatMap(({ place }) => /^file (.+)$/.exec(place)?.slice(1) ?? [])
  expect(files.filter((file) => (statSync(file).mode & 0o077) !== 0)).toEqual([])
})

/** Where the planted one is, so that a secret would be found there, too. */
const KINDS = [
  ...[/^log$/, /^table /, /^execution$/, /^execution history$/, /^object /, /^output of show$/],
  ...[
    /^file \S+\/trace\.jsonl$/,
    /^file \S+\/dist\/canary-planted-58ae1b$/,
    /^file \S+\/e2b\/sandboxes\//,
    /^command line of node baton\.ts$/,
  ],
  ...[/^environment of node baton\.ts: LEAK$/, /^request to AWS StartExecution: body$/],
  ...[/^answer of AWS Query$/, /^request to E2B POST: body$/, /^request to Baton GET: address$/],
  ...[/^answer of Baton GET$/],
]

test('what is planted is found in every kind of place', () => {
  const seen = everything()
  const planted = canaries.find(seen).filter(({ canary }) => canary === 'planted')
  expect(KINDS.filter((kind) => !planted.some(({ place }) => kind.test(place)))).toEqual([])
  const looked = new Set(seen.map(({ place }) => place))
  for (const program of ['cdk', 'browser'])
    expect(looked).toContain(`command line of node ${program}`)
})
