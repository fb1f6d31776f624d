/** The person's command line, against the development routes and an API that keeps no message. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { asPerson, type PersonOptions } from '../../../local/person-cli.ts'
import { type Channels, startChannels } from '../../../local/providers/channels.ts'
import {
  type Loopback,
  openLoopback,
  readBody,
  requestUrl,
} from '../../../packages/local-aws/src/loopback.ts'
import { type Asked, closedPort } from './support/webhook.ts'

const TOKEN = 'the-operator-token'

const JSON_ROUTES: Readonly<Record<string, object>> = {
  '/api/people': { people: [], configured: [], next: null },
  '/api/sessions': { sessions: [], next: null },
}

let channels: Channels
let api: Loopback
/** How the API handles a webhook post. */
let answer: (asked: Asked) => Promise<number>
let printed: string[]
beforeEach(async () => {
  channels = await startChannels({ token: TOKEN, people: [], stack: 'Test', log: () => {} })
  api = await openLoopback(0, () => {})
  printed = []
  answer = async () => 200
  api.serve(async (request, response) => {
    if (await channels.before(request, response)) return
    const body = (await readBody(request, 1e7)) ?? Buffer.alloc(0)
    const listed = JSON_ROUTES[requestUrl(request).pathname]
    if (listed) return void response.end(JSON.stringify(listed))
    const status = await answer({ path: request.url ?? '', headers: request.headers, body })
    response.writeHead(status, { 'content-type': 'text/xml' }).end('<Response/>')
  })
})
afterEach(async () => {
  await channels.close()
  await api.close()
})

const person = (words: string[], options: Partial<PersonOptions> = {}) =>
  asPerson(words, {
    url: api.url,
    token: TOKEN,
    print: (line) => printed.push(line),
    ...options,
  })
const sendSms = async (to: string, body: string) => {
  const { TWILIO_API_URL: url, TWILIO_ACCOUNT_SID: sid, SMS_NUMBER: number = '' } = channels.env
  const credentials = `${sid}:${channels.secrets['Test/twilio-auth-token']}`
  const response = await fetch(`${url}/2010-04-01/Accounts/${sid}/Messages.json`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: new URLSearchParams({ To: to, From: number, Body: body }),
  })
  expect(response.status).toBe(201)
}
const sendEmail = async (to: string, inReplyTo: string) => {
  const response = await fetch(`${channels.sendgrid.url}/v3/mail/send`, {
    method: 'POST',
    headers: { authorization: `Bearer ${channels.secrets['Test/sendgrid-api-key']}` },
    body: JSON.stringify({
      personalizations: [{ to: [{ email: to }] }],
      from: { email: 'baton@example.com' },
      subject: 'Re: Hello',
      content: [{ type: 'text/plain', value: 'here it is' }],
      headers: { 'In-Reply-To': inReplyTo, 'Message-ID': '<8@example.com>' },
      attachments: [{ content: 'YWI=', filename: 'result.txt', type: 'text/plain' }],
    }),
  })
  expect(response.status).toBe(202)
}

test('the whole outbox is printed', async () => {
  await person(['outbox'])
  await sendSms('+15550100', 'one')
  await sendEmail('ada@example.com', '<1@example.com>')
  await person(['outbox'])
  expect(printed).toHaveLength(3)
  expect(printed[0]).toBe('Nobody has received anything yet.')
  expect(printed[1]).toMatch(/SMS from \+15550199 to \+15550100, .*\none$/)
  expect(printed[2]).toContain('Subject: Re: Hello\nIn-Reply-To: <1@example.com>')
  expect(printed[2]).toContain('Message-ID: <8@example.com>\n\nhere it is')
  expect(printed[2]).toContain('Attachment: result.txt, text/plain, 2 bytes')
})

test('a message that the webhook refuses is an error at once', async () => {
  answer = async () => 403
  await expect(person(['email', 'eve@example.com', 'a', 'b'])).rejects.toThrow('403')
  await expect(person(['sms', '+15550100', 'b'])).rejects.toThrow('403')
  await expect(person(['sms', 'no number', 'b'])).rejects.toThrow('400')
})

test('a run that does not end is an error in the end', async () => {
  const waiting = person(['sms', '+15550100', 'b'], { maxWaitMs: 0 })
  await expect(waiting).rejects.toThrow('No end of the run within 0 s.')
})

test('another token than that of the running Baton is said to be one', async () => {
  const waiting = person(['outbox'], { token: 'of another start' })
  await expect(waiting).rejects.toThrow('has another token')
})

test('without a running Baton the error says what to do', async () => {
  const url = await closedPort()
  const waiting = person(['sms', '+15550100', 'b'], { url })
  await expect(waiting).rejects.toThrow(`No Baton is running at ${url}: run "npm start"`)
})

test.each([
  [['sms', '+15550100']],
  [['email', 'ada@example.com', 'no text']],
  [['outbox', 'more']],
  [['fax']],
])('%j is not a command', async (words) => {
  await expect(person(words)).rejects.toThrow('npm start -- sms')
})
