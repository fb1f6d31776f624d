/** The API of the SendGrid emulator, over HTTP. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SendGrid, startSendGrid } from '../../../local/providers/sendgrid/server.ts'

const KEY = 'SG.the-key-of-this-test'
const log: string[] = []

let sendgrid: SendGrid
beforeAll(async () => {
  sendgrid = await startSendGrid({ apiKey: KEY, log: (line) => log.push(line) })
})
afterAll(() => sendgrid.close())

const email = {
  personalizations: [{ to: [{ email: 'ada@example.com', name: 'Ada' }] }],
  from: { email: 'baton@example.com', name: 'Baton' },
  subject: 'Hello',
  content: [
    { type: 'text/plain', value: 'the text' },
    { type: 'text/html', value: '<p>the text</p>' },
  ],
}
const post = (body: unknown, key = KEY) =>
  fetch(`${sendgrid.url}/v3/mail/send`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

test('an email is accepted under an id of 22 characters, and kept as the person receives it', async () => {
  const content = Buffer.from('a file').toString('base64')
  const response = await post({
    ...email,
    reply_to: { email: 'r+1@example.com' },
    headers: { 'In-Reply-To': '<1@example.com>', 'Message-ID': '<2@example.com>' },
    custom_args: { outbox_id: '7' },
    attachments: [{ content, type: 'text/plain', filename: 'a.txt', disposition: 'attachment' }],
  })
  expect([response.status, await response.text()]).toEqual([202, ''])
  const id = response.headers.get('x-message-id')
  expect(id).toMatch(/^[\w-]{22}$/)
  expect(sendgrid.outbox.at(-1)).toEqual({
    id,
    arrival: expect.any(Number),
    at: expect.any(Number),
    from: 'baton@example.com',
    to: ['ada@example.com'],
    cc: [],
    bcc: [],
    subject: 'Hello',
    text: 'the text',
    html: '<p>the text</p>',
    headers: {
      'In-Reply-To': '<1@example.com>',
      'Message-ID': '<2@example.com>',
      'Reply-To': 'r+1@example.com',
    },
    attachments: [{ name: 'a.txt', type: 'text/plain', size: 6, content }],
    customArgs: { outbox_id: '7' },
  })
})

test('each personalization is an email of its own, whose settings take precedence', async () => {
  const before = sendgrid.outbox.length
  await post({
    ...email,
    headers: { 'X-One': 'common' },
    personalizations: [
      ...email.personalizations,
      { to: [{ email: 'bob@example.com' }], subject: 'Yours', headers: { 'X-One': 'own' } },
    ],
  })
  const [ada, bob, ...more] = sendgrid.outbox.slice(before)
  expect(more).toEqual([])
  expect(ada).toMatchObject({ subject: 'Hello', headers: { 'X-One': 'common' } })
  expect(ada?.headers['Message-ID']).toMatch(/^<.+@.+>$/)
  expect(bob).toMatchObject({ to: ['bob@example.com'], subject: 'Yours', id: ada?.id })
  expect(bob?.headers['X-One']).toBe('own')
})

test('in sandbox mode an email is checked and not accepted', async () => {
  const before = sendgrid.outbox.length
  const settings = { mail_settings: { sandbox_mode: { enable: true } } }
  expect((await post({ ...email, ...settings })).status).toBe(200)
  expect((await post({ ...email, ...settings, from: undefined })).status).toBe(400)
  expect(sendgrid.outbox).toHaveLength(before)
})

test.each([
  ['personalizations', { personalizations: [] }],
  ['personalizations', { personalizations: undefined }],
  ['personalizations.0.to', { personalizations: [{ to: [] }] }],
  ['from', { from: undefined }],
  ['from.email', { from: { email: 'no address' } }],
  ['subject', { subject: undefined }],
  ['content', { content: [] }],
  ['content', { content: email.content.toReversed() }],
  ['content.0.value', { content: [{ type: 'text/plain', value: '' }] }],
  ['custom_args.n', { custom_args: { n: 1 } }],
  ['attachments.0.content', { attachments: [{ content: 'no base64!', filename: 'a' }] }],
  ['reply_to', { reply_to: email.from, reply_to_list: [email.from] }],
  ...['x-sg-id', 'X-SG-EID', 'Received', 'DKIM-Signature', 'Content-Type'].map(forbidden),
  ...['content-transfer-encoding', 'To', 'From', 'Subject', 'Reply-To', 'CC', 'bcc'].map(forbidden),
])('an error in %s names its field', async (field, change) => {
  const before = sendgrid.outbox.length
  const response = await post({ ...email, ...change })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    errors: [{ field, message: expect.any(String), help: expect.stringContaining(field) }],
  })
  expect(sendgrid.outbox).toHaveLength(before)
})

function forbidden(name: string): [string, object] {
  return [`headers.${name}`, { headers: { [name]: 'x' } }]
}

test('a reserved header is refused in a personalization too', async () => {
  const personalizations = [{ ...email.personalizations[0], headers: { To: 'x' } }]
  expect((await post({ ...email, personalizations })).status).toBe(400)
})

test('all errors are listed at once, and invalid JSON is one', async () => {
  const many = await (await post({ ...email, from: undefined, content: [] })).json()
  expect(many).toMatchObject({ errors: [{ field: 'from' }, { field: 'content' }] })
  expect((await post('no json')).status).toBe(400)
})

test('a wrong key and an unknown route are refused', async () => {
  const unknown = await post(email, 'SG.wrong')
  expect(unknown.status).toBe(401)
  expect(await unknown.json()).toMatchObject({ errors: [{ field: null }] })
  const headers = { authorization: `Bearer ${KEY}` }
  expect((await fetch(`${sendgrid.url}/v3/messages`, { headers })).status).toBe(404)
})

test('above 30 MB the response is HTML', async () => {
  const response = await post('x'.repeat(30 * 1024 * 1024 + 1))
  expect(response.status).toBe(413)
  expect(response.headers.get('content-type')).toBe('text/html')
  expect(await response.text()).toContain('<h1>413 Request Entity Too Large</h1>')
})

test('each fault is used once, in order; only one of them accepts the email', async () => {
  sendgrid.faults.push(429, 500, 'accept-then-drop', 'drop')
  const before = sendgrid.outbox.length
  const limited = await post(email)
  expect(limited.status).toBe(429)
  expect(limited.headers.get('x-ratelimit-remaining')).toBe('0')
  expect(Number(limited.headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000)
  expect((await post(email)).status).toBe(500)
  expect(sendgrid.outbox).toHaveLength(before)
  await expect(post({ ...email, subject: 'in doubt' })).rejects.toThrow()
  expect(sendgrid.outbox.at(-1)?.subject).toBe('in doubt')
  await expect(post(email)).rejects.toThrow()
  expect(sendgrid.outbox).toHaveLength(before + 1)
  expect((await post(email)).status).toBe(202)
})

test('the log has neither content nor addresses nor the key', () => {
  expect(log.length).toBeGreaterThan(2)
  expect(log.join('\n')).not.toMatch(/the text|@example|SG\./)
})
