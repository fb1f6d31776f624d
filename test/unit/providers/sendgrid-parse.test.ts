/** Posts of the SendGrid emulator to a webhook, parsed independently and verified with node's crypto. */
import { createPublicKey, verify } from 'node:crypto'
import PostalMime from 'postal-mime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ComposedEmail } from '../../../local/providers/sendgrid/composed-email.ts'
import {
  type DeliverOptions,
  type SendGrid,
  startSendGrid,
} from '../../../local/providers/sendgrid/server.ts'
import { readForm, textOf } from './support/form.ts'
import { type Asked, closedPort, startWebhook, type Webhook } from './support/webhook.ts'

let sendgrid: SendGrid
let hook: Webhook
beforeEach(async () => {
  sendgrid = await startSendGrid({ apiKey: 'SG.key', log: () => {} })
  hook = await startWebhook({ status: 200 })
})
afterEach(async () => {
  await sendgrid.close()
  await hook.close()
})

const file = {
  name: 'naïve "a".bin',
  type: 'application/x-thing',
  content: Buffer.from([0, 13, 10, 255]),
}
const composed: ComposedEmail = {
  from: 'ada@example.com',
  fromName: 'Ada "A" Löve',
  to: 'baton@example.com',
  subject: 'Grüße, ein langer Betreff mit 😀 und noch viel mehr Wörtern',
  text: 'first\n\nsecond: ü',
  html: '<p>first</p>',
  messageId: '<1@example.com>',
  inReplyTo: '<0@example.com>',
  references: ['<-1@example.com>', '<0@example.com>'],
  headers: { 'Auto-Submitted': 'no' },
  attachments: [file],
}
const passed = { spf: 'pass', dkim: '{@example.com : pass}' }
const options = (mode: DeliverOptions['mode'], more: Partial<DeliverOptions> = {}) => ({
  mode,
  ...passed,
  ...more,
})
const asked = (n = 0): Asked => {
  const found = hook.asked[n]
  if (!found) throw new Error('nothing was posted')
  return found
}

test('raw: the fields of facts, and in `email` the whole email as its sender wrote it', async () => {
  await sendgrid.deliver(composed, hook.url, options('raw'))
  const parts = await readForm(asked())
  expect(parts.map(({ name }) => name).sort()).toEqual([
    'SPF',
    'charsets',
    'dkim',
    'email',
    'envelope',
    'from',
    'sender_ip',
    'subject',
    'to',
  ])
  const email = parts.find(({ name }) => name === 'email')?.content ?? Buffer.alloc(0)
  const read = await PostalMime.parse(email)
  expect(read).toMatchObject({
    from: { address: 'ada@example.com', name: composed.fromName },
    to: [{ address: 'baton@example.com' }],
    subject: composed.subject,
    messageId: '<1@example.com>',
    inReplyTo: '<0@example.com>',
    html: expect.stringContaining('<p>first</p>'),
  })
  expect(read.text?.trimEnd()).toBe(composed.text)
  expect(read.references?.split(/\s+/)).toEqual(composed.references)
  expect(read.headers).toContainEqual(
    expect.objectContaining({ key: 'auto-submitted', value: 'no' }),
  )
  const [attachment, ...more] = read.attachments
  expect(more).toEqual([])
  expect(attachment).toMatchObject({ filename: file.name, mimeType: file.type })
  expect(Buffer.from(attachment?.content as ArrayBuffer)).toEqual(file.content)
})

test('parsed: the documented fields, each with its content', async () => {
  await sendgrid.deliver(
    { ...composed, envelopeFrom: 'b@example.net' },
    hook.url,
    options('parsed'),
  )
  const parts = await readForm(asked())
  expect(asked().headers['content-type']).toBe('multipart/form-data; boundary=xYzZY')
  expect(parts.map(({ name }) => name).sort()).toEqual(
    [
      'SPF',
      'attachment-info',
      'attachment1',
      'attachments',
      'charsets',
      'content-ids',
      'dkim',
    ].concat(['envelope', 'from', 'headers', 'html', 'sender_ip', 'subject', 'text', 'to']),
  )
  const field = (name: string) => textOf(parts, name)
  expect(field('text')).toBe(composed.text)
  expect(field('html')).toBe(composed.html)
  expect(field('subject')).toBe(composed.subject)
  expect(field('from')).toBe('Ada "A" Löve <ada@example.com>')
  expect(field('SPF')).toBe('pass')
  expect(field('dkim')).toBe('{@example.com : pass}')
  expect(field('headers')).toMatch(/^Message-ID: <1@example\.com>\r$/m)
  expect(JSON.parse(field('envelope') ?? '')).toEqual({
    to: ['baton@example.com'],
    from: 'b@example.net',
  })
  expect(field('attachments')).toBe('1')
  expect(JSON.parse(field('attachment-info') ?? '')).toEqual({
    attachment1: { filename: file.name, name: file.name, type: file.type },
  })
  const sent = parts.find(({ name }) => name === 'attachment1')
  const fileName = 'naïve %22a%22.bin'
  expect(sent).toMatchObject({ type: file.type, content: file.content, fileName })
})

test('parsed: text keeps the bytes of its charset, which is named', async () => {
  const latin = { ...composed, html: undefined, attachments: [], charset: 'iso-8859-1' as const }
  await sendgrid.deliver(latin, hook.url, options('parsed'))
  const parts = await readForm(asked())
  const bytes = parts.find(({ name }) => name === 'text')?.content
  expect(bytes).toEqual(Buffer.from(composed.text, 'latin1'))
  expect(JSON.parse(textOf(parts, 'charsets') ?? '')).toMatchObject({ text: 'iso-8859-1' })
  await sendgrid.deliver(latin, hook.url, options('raw'))
  const email = (await readForm(asked(1))).find(({ name }) => name === 'email')
  expect((await PostalMime.parse(email?.content ?? '')).text?.trimEnd()).toBe(composed.text)
})

test('a complete email is posted byte for byte, and parsed for parsed mode', async () => {
  const mime = Buffer.from(
    'From: Eve <eve@example.net>\r\nTo: baton@example.com\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\nContent-Type: text/plain; charset=windows-1252\r\n\r\nna\xefve\r\n',
    'latin1',
  )
  const bounce = { mime, to: 'baton@example.com', envelopeFrom: '' }
  await sendgrid.deliver(bounce, hook.url, options('raw'))
  const raw = await readForm(asked())
  expect(raw.find(({ name }) => name === 'email')?.content).toEqual(mime)
  expect(JSON.parse(textOf(raw, 'envelope') ?? '')).toEqual({ to: [bounce.to], from: '' })
  await sendgrid.deliver(bounce, hook.url, options('parsed'))
  const parsed = await readForm(asked(1))
  expect(textOf(parsed, 'from')).toBe('Eve <eve@example.net>')
  expect(textOf(parsed, 'subject')).toBe('café')
  expect(textOf(parsed, 'text')?.trim()).toBe('naïve')
  expect(textOf(parsed, 'headers')).toMatch(/charset=windows-1252\n$/)
})

test('content that contains the boundary gets another one, unless it is given', async () => {
  const hostile = {
    ...composed,
    text: 'a\r\n--xYzZY\r\nContent-Disposition: form-data; name="SPF"\r\n\r\npass',
  }
  await sendgrid.deliver(hostile, hook.url, options('parsed'))
  expect(textOf(await readForm(asked()), 'text')).toBe(hostile.text)
  await sendgrid.deliver(hostile, hook.url, options('parsed', { boundary: 'xYzZY', spf: 'fail' }))
  const spf = (await readForm(asked(1))).filter(({ name }) => name === 'SPF')
  expect(spf).toHaveLength(2)
})

test('more parts can be added at the end', async () => {
  const extraParts = [{ name: 'SPF', content: 'pass' }]
  await sendgrid.deliver(composed, hook.url, options('raw', { extraParts, spf: 'fail' }))
  expect((await readForm(asked())).at(-1)).toMatchObject({ name: 'SPF' })
})

const isSigned = ({ headers, body }: Asked, timestamp?: string) =>
  verify(
    'sha256',
    Buffer.concat([
      Buffer.from(timestamp ?? String(headers['x-twilio-email-event-webhook-timestamp'])),
      body,
    ]),
    createPublicKey({
      key: Buffer.from(sendgrid.publicKey, 'base64'),
      format: 'der',
      type: 'spki',
    }),
    Buffer.from(String(headers['x-twilio-email-event-webhook-signature']), 'base64'),
  )

test('timestamp and raw bytes are signed with the key that is shown', async () => {
  expect(sendgrid.publicKey).toMatch(/^MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/)
  expect(sendgrid.publicKey).toHaveLength(124)
  const latin = { ...composed, charset: 'iso-8859-1' as const }
  await sendgrid.deliver(latin, hook.url, options('parsed', { timestamp: '1700000000' }))
  expect(asked().headers['x-twilio-email-event-webhook-timestamp']).toBe('1700000000')
  expect(isSigned(asked())).toBe(true)
  expect(isSigned(asked(), '1700000001')).toBe(false)
  const body = Buffer.concat([asked().body, Buffer.from('\n')])
  expect(isSigned({ ...asked(), body })).toBe(false)
  await sendgrid.deliver(composed, hook.url, options('raw'))
  const now = Number(asked(1).headers['x-twilio-email-event-webhook-timestamp'])
  expect(Math.abs(now - Date.now() / 1000)).toBeLessThan(60)
  expect(isSigned(asked(1))).toBe(true)
})

test('without a security policy nothing is signed', async () => {
  await sendgrid.deliver(composed, hook.url, options('raw', { signed: false }))
  const names = Object.keys(asked().headers)
  expect(names.filter((name) => name.startsWith('x-twilio'))).toEqual([])
})

test.each([
  { answers: [500, 503, 200], attempts: 3, status: 200, lost: false },
  { answers: [204], attempts: 1, status: 204, lost: false },
  { answers: [403, 200], attempts: 1, status: 403, lost: true },
  { answers: [413, 200], attempts: 1, status: 413, lost: true },
  { answers: [302, 200], attempts: 1, status: 302, lost: true },
  { answers: [500], attempts: 5, status: 500, lost: true },
])('responses $answers: $attempts attempts, lost: $lost', async ({
  answers,
  attempts,
  status,
  lost,
}) => {
  hook.answers.splice(0, 9, ...answers.map((each) => ({ status: each })))
  const delivery = await sendgrid.deliver(composed, hook.url, options('raw'))
  expect(delivery).toEqual({ status, attempts, lost })
  expect(hook.asked).toHaveLength(attempts)
  expect(hook.asked.every(({ body }) => body.equals(asked().body))).toBe(true)
  expect(sendgrid.lost).toBe(lost ? 1 : 0)
})

test('a lost response, and a failed connection, are retried', async () => {
  hook.answers.splice(0, 1, 'drop', { status: 200 })
  expect(await sendgrid.deliver(composed, hook.url, options('raw'))).toMatchObject({ attempts: 2 })
  const gone = await sendgrid.deliver(composed, await closedPort(), options('raw'))
  expect(gone).toEqual({ status: null, attempts: 5, lost: true })
})
