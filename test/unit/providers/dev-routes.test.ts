/** The development routes in front of the API, and their outbox. */
import http from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Channels, startChannels } from '../../../local/providers/channels.ts'
import { outbox } from '../../../local/providers/outbox.ts'
import { type Loopback, openLoopback, readBody } from '../../../packages/local-aws/src/loopback.ts'
import { readForm, textOf } from './support/form.ts'
import type { Asked } from './support/webhook.ts'

const TOKEN = 'the-operator-token'
const PEOPLE = ['+15550100', '@example.com']

let channels: Channels
let api: Loopback
/** Requests that reached the API. */
const asked: Asked[] = []
beforeAll(async () => {
  channels = await startChannels({ token: TOKEN, people: PEOPLE, stack: 'Test', log: () => {} })
  api = await openLoopback(0, () => {})
  api.serve(async (request, response) => {
    if (await channels.before(request, response)) return
    const body = (await readBody(request, 1e7)) ?? Buffer.alloc(0)
    asked.push({ path: request.url ?? '', headers: request.headers, body })
    response.writeHead(200, { 'content-type': 'text/xml' }).end('<Response/>')
  })
})
afterAll(async () => {
  await channels.close()
  await api.close()
})
beforeEach(() => {
  asked.length = 0
})

const bearer = { authorization: `Bearer ${TOKEN}` }
const post = (route: string, body: unknown) =>
  fetch(`${api.url}/local/${route}`, {
    method: 'POST',
    headers: bearer,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
/** `fetch` cannot set the Host header. */
const statusFor = (headers: Record<string, string>) =>
  new Promise<number | undefined>((resolve, reject) => {
    http
      .get(`${api.url}/local/outbox`, { headers: { ...bearer, ...headers } }, (response) =>
        text(response).then(() => resolve(response.statusCode), reject),
      )
      .on('error', reject)
  })
const seen = async () => {
  const response = await fetch(`${api.url}/local/outbox`, { headers: bearer })
  return outbox.parse(await response.json()).messages
}
const sendEmail = (headers: Record<string, string>) =>
  fetch(`${channels.sendgrid.url}/v3/mail/send`, {
    method: 'POST',
    headers: { authorization: `Bearer ${channels.secrets['Test/sendgrid-api-key']}` },
    body: JSON.stringify({
      personalizations: [{ to: [{ email: 'ada@example.com' }] }],
      from: { email: 'baton@example.com' },
      reply_to: { email: 'r+7@example.com' },
      subject: 'Done',
      content: [{ type: 'text/plain', value: 'all of it' }],
      headers,
      attachments: [{ content: 'YQ==', filename: 'a.txt', type: 'text/plain' }],
    }),
  })
const sendSms = (body: string) => {
  const { TWILIO_API_URL: url, TWILIO_ACCOUNT_SID: sid } = channels.env
  const credentials = `${sid}:${channels.secrets['Test/twilio-auth-token']}`
  return fetch(`${url}/2010-04-01/Accounts/${sid}/Messages.json`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: new URLSearchParams({ To: '+15550100', From: channels.env.SMS_NUMBER ?? '', Body: body }),
  })
}

test('an SMS is delivered to the webhook of this port, with its files', async () => {
  const media = [{ type: 'image/png', contentBase64: 'AAEC' }]
  const response = await post('sms', { from: '+15550100', text: 'hi', media })
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({
    status: 200,
    contentType: 'text/xml',
    body: '<Response/>',
    attempts: 1,
    messageSid: expect.stringMatching(/^MM/),
  })
  expect(asked.map(({ path }) => path)).toEqual(['/api/webhooks/sms'])
  const form = Object.fromEntries(new URLSearchParams(asked[0]?.body.toString()))
  expect(form).toMatchObject({
    From: '+15550100',
    To: '+15550199',
    Body: 'hi',
    MediaContentType0: 'image/png',
  })
})

test('an email is delivered to the webhook of this port, authenticated', async () => {
  const response = await post('email', {
    from: 'ada@example.com',
    subject: 'Hello',
    text: 'hi',
    attachments: [{ name: 'a.txt', contentBase64: 'YQ==' }],
    mode: 'parsed',
  })
  expect(await response.json()).toEqual({
    status: 200,
    attempts: 1,
    lost: false,
    messageId: expect.stringMatching(/^<.+@example\.com>$/),
  })
  expect(asked.map(({ path }) => path)).toEqual(['/api/webhooks/email'])
  const parts = await readForm(asked[0] as Asked)
  const field = (name: string) => textOf(parts, name)
  expect([field('SPF'), field('dkim')]).toEqual(['pass', '{@example.com : pass}'])
  expect(field('to')).toBe('baton@example.com')
  expect(field('attachment1')).toBe('a')
})

test('a reply to an email goes to its Reply-To and continues its thread', async () => {
  await sendEmail({
    'Message-ID': '<3@example.com>',
    References: '<1@example.com> <2@example.com>',
  })
  const email = { from: 'ada@example.com', subject: 'Re: Done', text: 'thanks', mode: 'parsed' }
  await post('email', { ...email, inReplyTo: '<3@example.com>' })
  const headers = textOf(await readForm(asked[0] as Asked), 'headers') ?? ''
  expect(headers).toMatch(/^To: r\+7@example\.com\r$/m)
  expect(headers).toMatch(/^In-Reply-To: <3@example\.com>\r$/m)
  const references = /^References: (.+(?:\r\n .+)*)/m.exec(headers)?.[1]?.split(/\s+/)
  expect(references).toEqual(['<1@example.com>', '<2@example.com>', '<3@example.com>'])
})

test('the outbox lists both channels, oldest first', async () => {
  const before = (await seen()).length
  await sendSms('one')
  await sendEmail({ 'Message-ID': '<9@example.com>' })
  await sendSms('three')
  const messages = (await seen()).slice(before)
  expect(messages).toMatchObject([
    { channel: 'sms', to: '+15550100', from: '+15550199', text: 'one', media: [] },
    {
      channel: 'email',
      to: 'ada@example.com',
      from: 'baton@example.com',
      subject: 'Done',
      text: 'all of it',
      html: '',
      headers: { 'Message-ID': '<9@example.com>', 'Reply-To': 'r+7@example.com' },
      attachments: [{ name: 'a.txt', type: 'text/plain', size: 1, content: 'YQ==' }],
    },
    { channel: 'sms', text: 'three' },
  ])
  expect(messages.map(({ at }) => at)).toEqual(messages.map(({ at }) => at).toSorted())
})

test.each([
  ['sms', 'no json'],
  ['sms', { from: '555', text: 'hi' }],
  ['sms', { from: '+15550100', text: 'hi', more: 1 }],
  ['email', { from: 'ada@example.com', text: 'no subject' }],
  ['email', { from: 'ada@example.com', subject: 'a\r\nBcc: b', text: 'hi' }],
  ['email', { from: 'ada@example.com', subject: 's', text: 'hi', inReplyTo: 'no id' }],
])('POST /local/%s with %j is refused and not delivered', async (route, body) => {
  const response = await post(route, body)
  expect(response.status).toBe(400)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(asked).toEqual([])
})

test('only the operator has access', async () => {
  const none = await fetch(`${api.url}/local/outbox`)
  expect([none.status, await none.json()]).toMatchObject([401, { status: 401 }])
  expect(await statusFor({ authorization: 'Bearer other' })).toBe(401)
  expect(await statusFor({})).toBe(200)
})

test('only this machine has access: no other host name, no tunnel', async () => {
  const port = api.port
  expect(await statusFor({ host: `localhost:${port}` })).toBe(200)
  expect(await statusFor({ host: `rebound.example.com:${port}` })).toBe(403)
  expect(await statusFor({ host: '127.0.0.1.example.com' })).toBe(403)
  expect(await statusFor({ 'x-forwarded-for': '192.0.2.1' })).toBe(403)
})

test('an unknown local route is 404, and every other path goes to the API', async () => {
  expect((await post('other', {})).status).toBe(404)
  expect(asked).toEqual([])
  expect((await fetch(`${api.url}/locale`)).status).toBe(200)
  expect(asked.map(({ path }) => path)).toEqual(['/locale'])
})

test("functions get the emulators' URLs and the list of people", () => {
  expect(channels.env).toEqual({
    TWILIO_API_URL: channels.twilio.url,
    SENDGRID_API_URL: channels.sendgrid.url,
    TWILIO_ACCOUNT_SID: expect.stringMatching(/^AC[0-9a-f]{32}$/),
    SMS_NUMBER: '+15550199',
    EMAIL_ADDRESS: 'baton@example.com',
    PEOPLE: JSON.stringify(PEOPLE),
  })
  expect(channels.secrets['Test/sendgrid-public-key']).toBe(channels.sendgrid.publicKey)
})
