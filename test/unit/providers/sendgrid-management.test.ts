/** What an account has at the SendGrid emulator, over HTTP as its documents say. */
import { createPublicKey, verify } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type SendGrid, startSendGrid } from '../../../local/providers/sendgrid/server.ts'
import { readForm, textOf } from './support/form.ts'
import { startWebhook, type Webhook } from './support/webhook.ts'

const HOST = 'in.example.com'

let sendgrid: SendGrid
let hook: Webhook
beforeEach(async () => {
  sendgrid = await startSendGrid({ apiKey: 'SG.key', log: () => {} })
  sendgrid.account.domains.push({ domain: 'example.com', subdomain: 'em1', valid: true })
  hook = await startWebhook({ status: 200 })
})
afterEach(async () => {
  await sendgrid.close()
  await hook.close()
})

async function call(method: string, path: string, body?: object, key = 'SG.key') {
  const response = await fetch(`${sendgrid.url}/v3/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}` },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, json: text === '' ? undefined : JSON.parse(text) }
}

const SETTINGS = 'user/webhooks/parse/settings'
const POLICIES = 'user/webhooks/security/policies'
const email = { from: 'ada@example.com', to: `baton@${HOST}`, subject: 'Hello', text: 'hi' }
const verdicts = { spf: 'pass', dkim: '{@example.com : pass}' }

test('an email arrives at the address of its hostname, as the setting says', async () => {
  expect(await sendgrid.receive(email, verdicts)).toBeUndefined()
  const setting = { hostname: HOST, url: `${hook.url}/one`, send_raw: true, spam_check: false }
  expect(await call('POST', SETTINGS, setting)).toEqual({ status: 201, json: setting })
  expect(await sendgrid.receive(email, verdicts)).toMatchObject({ status: 200 })
  await call('PATCH', `${SETTINGS}/${HOST}`, { url: `${hook.url}/two`, send_raw: false })
  await sendgrid.receive(email, verdicts)
  expect(hook.asked.map(({ path }) => path)).toEqual(['/one', '/two'])
  const [raw, parsed] = await Promise.all(hook.asked.map(readForm))
  expect([textOf(raw ?? [], 'email'), textOf(parsed ?? [], 'text')]).toEqual([
    expect.stringContaining('Subject: Hello'),
    'hi',
  ])
  expect((await call('DELETE', `${SETTINGS}/${HOST}`)).status).toBe(204)
  expect((await call('GET', SETTINGS)).json).toEqual({ result: [] })
  expect(await sendgrid.receive(email, verdicts)).toBeUndefined()
})

test('only a setting with a policy of signatures is signed, with the key that the policy shows', async () => {
  await call('POST', SETTINGS, { hostname: HOST, url: hook.url })
  await sendgrid.receive(email, verdicts)
  const created = await call('POST', POLICIES, { name: 'Baton', signature: { enabled: true } })
  const { id, signature } = created.json.policy
  expect(created.status).toBe(201)
  expect((await call('GET', `${POLICIES}/${id}`)).json).toEqual(created.json)
  await call('PATCH', `${SETTINGS}/${HOST}`, { security_policy: id })
  await sendgrid.receive(email, verdicts)
  const [unsigned, signed] = hook.asked
  const headers = ({ headers: all }: NonNullable<typeof signed>) => [
    all['x-twilio-email-event-webhook-signature'],
    all['x-twilio-email-event-webhook-timestamp'],
  ]
  expect(unsigned && headers(unsigned)).toEqual([undefined, undefined])
  const [mark = '', timestamp = ''] = signed ? headers(signed) : []
  const key = createPublicKey({
    key: Buffer.from(signature.public_key, 'base64'),
    format: 'der',
    type: 'spki',
  })
  const bytes = Buffer.concat([Buffer.from(String(timestamp)), signed?.body ?? Buffer.alloc(0)])
  expect(verify('sha256', bytes, key, Buffer.from(String(mark), 'base64'))).toBe(true)
  expect((await call('DELETE', `${POLICIES}/${id}`)).status).toBe(400)
})

test('an email that is sent to such a hostname comes back', async () => {
  await call('POST', SETTINGS, { hostname: HOST, url: hook.url, send_raw: true })
  const arrived = Promise.withResolvers<void>()
  hook.asked.push = (...more) => {
    arrived.resolve()
    return Array.prototype.push.apply(hook.asked, more)
  }
  await call('POST', 'mail/send', {
    personalizations: [{ to: [{ email: `baton@${HOST}` }, { email: 'ada@example.org' }] }],
    from: { email: `baton@${HOST}` },
    subject: 'To myself',
    content: [{ type: 'text/plain', value: 'hi' }],
  })
  await arrived.promise
  expect(hook.asked).toHaveLength(1)
  const parts = await readForm(hook.asked[0] ?? { path: '', headers: {}, body: Buffer.alloc(0) })
  expect(['subject', 'SPF', 'dkim'].map((name) => textOf(parts, name))).toEqual([
    'To myself',
    'pass',
    `{@${HOST} : pass}`,
  ])
})

test('what is not there or not allowed is refused as by SendGrid', async () => {
  const refused = async (...[method, path, body]: [string, string, object?]) => {
    const { status, json } = await call(method, path, body)
    return [status, json.errors[0].field]
  }
  expect(await refused('GET', `${SETTINGS}/${HOST}`)).toEqual([404, null])
  const other = { hostname: 'in.example.org', url: hook.url }
  expect(await refused('POST', SETTINGS, other)).toEqual([400, 'hostname'])
  const setting = { hostname: HOST, url: hook.url }
  await call('POST', SETTINGS, setting)
  expect(await refused('POST', SETTINGS, setting)).toEqual([400, 'hostname'])
  const unknown = { security_policy: 'none' }
  expect(await refused('PATCH', `${SETTINGS}/${HOST}`, unknown)).toEqual([400, 'security_policy'])
  expect(await refused('POST', POLICIES, { name: 'empty' })).toEqual([400, null])
  expect((await call('GET', 'scopes', undefined, 'SG.other')).status).toBe(401)
  expect((await call('GET', 'scopes')).json.scopes).toContain('mail.send')
  expect((await call('GET', 'whitelabel/domains')).json).toMatchObject([{ valid: true }])
})
