/** Posts of the Twilio emulator to webhooks, checked with Twilio's own library. */

import webhooks from 'twilio/lib/webhooks/webhooks.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTwilio, type Twilio } from '../../../local/providers/twilio/server.ts'
import { signatureOf } from '../../../local/providers/twilio/signature.ts'
import { type Asked, closedPort, startWebhook, type Webhook } from './support/webhook.ts'

const SID = `AC${'1'.repeat(32)}`
const TOKEN = 'the-auth-token-of-this-test'
const NUMBER = '+15550199'
const EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
const XML = { 'content-type': 'text/xml' }

let twilio: Twilio
let hook: Webhook
beforeEach(async () => {
  const options = { accountSid: SID, authToken: TOKEN, number: NUMBER }
  twilio = await startTwilio({ ...options, log: () => {} })
  hook = await startWebhook({ status: 200, headers: XML, body: EMPTY })
})
afterEach(async () => {
  await twilio.close()
  await hook.close()
})

const fieldsOf = ({ body }: Asked) => Object.fromEntries(new URLSearchParams(body.toString()))
/** Whether Twilio's library accepts a request, for the URL as its owner knows it. */
const isSigned = (asked: Asked, url: string) =>
  webhooks.validateRequest(TOKEN, String(asked.headers['x-twilio-signature']), url, fieldsOf(asked))
const basic = { authorization: `Basic ${Buffer.from(`${SID}:${TOKEN}`).toString('base64')}` }
const create = (fields: Record<string, string>) =>
  fetch(`${twilio.url}/2010-04-01/Accounts/${SID}/Messages.json`, {
    method: 'POST',
    headers: basic,
    body: new URLSearchParams({ From: NUMBER, Body: 'hello', ...fields }),
  })

test("the signature equals that of Twilio's own library", () => {
  const fields = {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675310',
    Digits: '1234',
    From: '+14158675310',
    To: '+18005551212',
  }
  const url = 'https://example.com/myapp.php?foo=1&bar=2'
  const expected = webhooks.getExpectedTwilioSignature(TOKEN, url, fields)
  expect(signatureOf(TOKEN, url, fields)).toBe(expected)
  expect(signatureOf(TOKEN, 'https://u:p@example.com/myapp.php?foo=1&bar=2#rc=1', fields)).toBe(
    expected,
  )
})

test('an SMS is posted with every field, and signed without fragment and user', async () => {
  const known = `${hook.url}/sms?x=1&y=%7E`
  const body = ' spaces & +plus, line\nbreak, 😀 '
  const url = `${known.replace('//', '//user:secret@')}#rc=2&rp=all`
  const delivered = await twilio.deliver({ from: '+15550100', body }, url)
  expect(delivered).toMatchObject({
    status: 200,
    contentType: 'text/xml',
    body: EMPTY,
    attempts: 1,
  })
  const [asked] = hook.asked
  if (!asked) throw new Error('nothing was posted')
  expect(asked.path).toBe('/sms?x=1&y=%7E')
  expect(fieldsOf(asked)).toMatchObject({
    MessageSid: delivered.messageSid,
    SmsSid: delivered.messageSid,
    SmsMessageSid: delivered.messageSid,
    AccountSid: SID,
    From: '+15550100',
    To: NUMBER,
    Body: body,
    NumMedia: '0',
    NumSegments: '1',
    SmsStatus: 'received',
    ApiVersion: '2010-04-01',
    FromCountry: 'US',
  })
  expect(fieldsOf(asked)).not.toHaveProperty('OptOutType')
  expect(isSigned(asked, known)).toBe(true)
  expect(isSigned(asked, `${hook.url}/other`)).toBe(false)
  expect(twilio.alerts).toEqual([])
})

test('an MMS brings its files, which need the account at Twilio and not at their final URL', async () => {
  const content = Buffer.from([0, 255, 13, 10])
  const media = [{ type: 'image/png', content }]
  await twilio.deliver({ from: '+15550100', body: '', media }, hook.url)
  const fields = fieldsOf(hook.asked[0] as Asked)
  expect(fields).toMatchObject({ NumMedia: '1', MediaContentType0: 'image/png', Body: '' })
  expect(fields.MessageSid).toMatch(/^MM/)
  const url = fields.MediaUrl0 ?? ''
  expect((await fetch(url)).status).toBe(401)
  const found = await fetch(url, { headers: basic, redirect: 'manual' })
  expect(found.status).toBe(307)
  const place = new URL(found.headers.get('location') ?? '', url)
  expect((await fetch(place, { headers: basic })).status).toBe(400)
  expect(Buffer.from(await (await fetch(place)).arrayBuffer())).toEqual(content)
})

test.each([
  { answers: [500, 500, 200], url: '#rc=5&rp=all', attempts: 3, status: 200 },
  { answers: [404, 200], url: '#rc=5&rp=5xx', attempts: 1, status: 404 },
  { answers: [404, 200], url: '#rp=4xx', attempts: 2, status: 200 },
  { answers: [503], url: '#rc=2&rp=5xx', attempts: 3, status: 503 },
  { answers: [500], url: '', attempts: 1, status: 500 },
  { answers: [302], url: '#rc=5&rp=all', attempts: 1, status: 302 },
])('responses $answers with "$url" take $attempts attempts', async ({
  answers,
  url,
  attempts,
  status,
}) => {
  hook.answers.splice(0, 9, ...answers.map((each) => ({ status: each, headers: XML, body: EMPTY })))
  const delivered = await twilio.deliver({ from: '+15550100', body: 'hi' }, `${hook.url}/${url}`)
  expect(delivered).toMatchObject({ attempts, status })
  expect(hook.asked).toHaveLength(attempts)
  const tokens = hook.asked.map(({ headers }) => headers['i-twilio-idempotency-token'])
  expect(new Set(tokens).size).toBe(1)
  expect(tokens[0]).toBeTruthy()
  expect(twilio.alerts).toMatchObject(status === 200 ? [] : [{ code: 11200 }])
})

test('a failed connection is retried by default, a lost response is not', async () => {
  const gone = await twilio.deliver({ from: '+15550100', body: 'hi' }, await closedPort())
  expect(gone).toMatchObject({ status: null, attempts: 2 })
  hook.answers.splice(0, 1, 'drop')
  const lost = await twilio.deliver({ from: '+15550100', body: 'hi' }, hook.url)
  expect(lost).toMatchObject({ status: null, attempts: 1 })
})

test.each(['#rc=6', '#rp=6xx', '#rt=99'])('%s is no connection override', async (fragment) => {
  const sms = { from: '+15550100', body: 'hi' }
  await expect(twilio.deliver(sms, hook.url + fragment)).rejects.toThrow()
})

test.each([
  ['text/xml', '<Response><Message>a &lt; b &#38; c</Message></Response>', ['a < b & c'], []],
  ['text/xml', '<Response><Message><Body>in it</Body></Message></Response>', ['in it'], []],
  ['text/plain', 'ok', ['ok'], []],
  ['application/json', '{}', [], [12300]],
  ['text/xml', 'no TwiML', [], [12100]],
  ['text/xml', `<Response>${' '.repeat(70_000)}</Response>`, [], [11750]],
])('a response of %s, %.30s sends %j', async (type, body, sent, codes) => {
  hook.answers.splice(0, 1, { status: 200, headers: { 'content-type': type }, body })
  await twilio.deliver({ from: '+15550100', body: 'hi' }, hook.url)
  expect(twilio.outbox.map((message) => message.body)).toEqual(sent)
  expect(twilio.alerts.map(({ code }) => code)).toEqual(codes)
})

test('the keyword STOP ends messages to a number, and is posted all the same; START resumes them', async () => {
  await twilio.deliver({ from: '+15550100', body: 'stop please' }, hook.url)
  expect((await create({ To: '+15550100' })).status).toBe(201)
  await twilio.deliver({ from: '+15550100', body: ' Stop\n' }, hook.url)
  expect(hook.asked).toHaveLength(2)
  const refused = await create({ To: '+15550100' })
  expect([refused.status, await refused.json()]).toMatchObject([400, { code: 21610 }])
  expect((await create({ To: '+15550101' })).status).toBe(201)
  await twilio.deliver({ from: '+15550100', body: 'unstop' }, hook.url)
  expect((await create({ To: '+15550100' })).status).toBe(201)
})

test('an opt-out type is posted, and counts like the keyword', async () => {
  const sms = { from: '+15550100', body: 'basta', optOutType: 'STOP' as const }
  await twilio.deliver(sms, hook.url)
  expect(fieldsOf(hook.asked[0] as Asked)).toMatchObject({ OptOutType: 'STOP', Body: 'basta' })
  expect((await create({ To: '+15550100' })).status).toBe(400)
})

test('a message that is delivered again keeps its id and is one message', async () => {
  const { messageSid } = await twilio.deliver({ from: '+15550100', body: 'hi' }, hook.url)
  await twilio.deliver({ from: '+15550100', body: 'hi', messageSid }, hook.url)
  const sids = hook.asked.map((asked) => fieldsOf(asked).MessageSid)
  expect(sids).toEqual([messageSid, messageSid])
  const list = `${twilio.url}/2010-04-01/Accounts/${SID}/Messages.json`
  expect(await (await fetch(list, { headers: basic })).json()).toMatchObject({
    messages: [{ sid: messageSid }],
  })
})

test('every status is reported, signed, and retried as its URL asks', async () => {
  hook.answers.splice(0, 1, { status: 500 }, { status: 204 })
  const known = `${hook.url}/status?oid=7`
  await create({ To: '+15550100', StatusCallback: `${known}#rc=1&rp=5xx` })
  await expect.poll(() => twilio.callbacks.length).toBe(3)
  expect(twilio.callbacks).toMatchObject([
    { messageStatus: 'queued', status: 204, attempts: 2 },
    { messageStatus: 'sent', status: 204, attempts: 1 },
    { messageStatus: 'delivered', status: 204, attempts: 1 },
  ])
  expect(hook.asked.map((asked) => fieldsOf(asked).MessageStatus)).toEqual([
    'queued',
    'queued',
    'sent',
    'delivered',
  ])
  expect(hook.asked.map((asked) => isSigned(asked, known))).toEqual([true, true, true, true])
  expect(fieldsOf(hook.asked[3] as Asked).RawDlrDoneDate).toMatch(/^\d{10}$/)
  expect(twilio.outbox[0]?.status).toBe('delivered')
})

test('a configured status is reported with its error, and any status again on demand', async () => {
  twilio.progress.splice(0, 9, 'undelivered')
  await create({ To: '+15550100', StatusCallback: hook.url })
  await expect.poll(() => hook.asked.length).toBe(1)
  expect(fieldsOf(hook.asked[0] as Asked)).toMatchObject({
    MessageStatus: 'undelivered',
    ErrorCode: '30003',
  })
  await twilio.report(twilio.outbox[0]?.sid ?? '', 'sent')
  expect(fieldsOf(hook.asked[1] as Asked)).toMatchObject({ MessageStatus: 'sent' })
})
