/** The API of the Twilio emulator, over HTTP as Twilio's client and Baton use it. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import * as z from 'zod'
import { startTwilio, type Twilio } from '../../../local/providers/twilio/server.ts'

const SID = `AC${'1'.repeat(32)}`
const TOKEN = 'the-auth-token-of-this-test'
const NUMBER = '+15550199'
const log: string[] = []

let twilio: Twilio
beforeAll(async () => {
  const options = { accountSid: SID, authToken: TOKEN, number: NUMBER }
  twilio = await startTwilio({ ...options, log: (line) => log.push(line) })
})
afterAll(() => twilio.close())
beforeEach(() => {
  twilio.faults.length = 0
})

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})
const messages = () => `${twilio.url}/2010-04-01/Accounts/${SID}/Messages.json`
const create = (form: [string, string][], headers = basic(SID, TOKEN)) =>
  fetch(messages(), { method: 'POST', headers, body: new URLSearchParams(form) })
const send = (to: string, body = 'hello') =>
  create([
    ['To', to],
    ['From', NUMBER],
    ['Body', body],
  ])
const page = z.object({
  messages: z.array(z.looseObject({ body: z.string(), direction: z.string() })),
  next_page_uri: z.string().nullable(),
})
const get = async (uri: string) => {
  const response = await fetch(`${twilio.url}${uri}`, { headers: basic(SID, TOKEN) })
  expect(response.status).toBe(200)
  return page.parse(await response.json())
}

test('a message is accepted, and returned with its counts as strings', async () => {
  const response = await send('+15550100', 'x'.repeat(161))
  expect(response.status).toBe(201)
  const body = await response.json()
  expect(body).toMatchObject({
    sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
    account_sid: SID,
    status: 'queued',
    direction: 'outbound-api',
    from: NUMBER,
    to: '+15550100',
    num_segments: '2',
    num_media: '0',
    price: null,
    error_code: null,
    date_created: expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000$/),
  })
  expect(twilio.outbox.at(-1)).toMatchObject({ to: '+15550100', body: 'x'.repeat(161) })
  expect(twilio.outbox.at(-1)?.sid).toBe(z.object({ sid: z.string() }).parse(body).sid)
})

test.each([
  {},
  basic(SID, 'wrong'),
  basic(`AC${'2'.repeat(32)}`, TOKEN),
])('%j is refused', async (headers) => {
  const before = twilio.outbox.length
  const response = await create([['To', '+15550100']], headers as { authorization: string })
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ code: 20003, status: 401 })
  expect(twilio.outbox).toHaveLength(before)
})

const [to, from, body] = [
  ['To', '+15550100'],
  ['From', NUMBER],
  ['Body', 'hello'],
]
test.each([
  [21604, [from, body]],
  [21211, [['To', '555'], from, body]],
  [21603, [to, body]],
  [21606, [to, ['From', '+15550198'], body]],
  [21701, [to, ['MessagingServiceSid', 'MG0'], body]],
  [21602, [to, from]],
  [21617, [to, from, ['Body', 'x'.repeat(1601)]]],
  [21623, [to, from, ...Array(11).fill(['MediaUrl', 'https://example.com/a.png'])]],
])('%i is returned and nothing accepted', async (code, form) => {
  const before = twilio.outbox.length
  const response = await create(form as [string, string][])
  expect(response.status).toBe(400)
  const more_info = `https://www.twilio.com/docs/errors/${code}`
  expect(await response.json()).toMatchObject({ code, status: 400, more_info })
  expect(twilio.outbox).toHaveLength(before)
})

test('1600 characters and ten files are accepted', async () => {
  const media = Array<[string, string]>(10).fill(['MediaUrl', 'https://example.com/a.png'])
  const response = await create([
    ['To', '+15550100'],
    ['From', NUMBER],
    ['Body', 'x'.repeat(1600)],
    ...media,
  ])
  expect(await response.json()).toMatchObject({ num_media: '10' })
})

test('an account sees only its own messages', async () => {
  const other = messages().replace(SID, `AC${'3'.repeat(32)}`)
  const response = await fetch(other, { headers: basic(SID, TOKEN) })
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ code: 20404 })
})

test('messages are listed newest first, in pages, each once even if others arrive', async () => {
  for (const text of ['1', '2', '3', '4', '5']) await send('+15550101', text)
  const query = new URLSearchParams({ To: '+15550101', From: NUMBER, PageSize: '2' })
  const seen: string[] = []
  let uri: string | null = `/2010-04-01/Accounts/${SID}/Messages.json?${query}`
  while (uri) {
    const found: z.infer<typeof page> = await get(uri)
    seen.push(...found.messages.map(({ body: text }) => text))
    uri = found.next_page_uri
    if (seen.length === 2) await send('+15550101', '6')
  }
  expect(seen).toEqual(['5', '4', '3', '2', '1'])
})

test('a page that contains the rest is the last', async () => {
  for (const text of ['1', '2']) await send('+15550103', text)
  const base = `/2010-04-01/Accounts/${SID}/Messages.json?To=%2B15550103`
  expect((await get(`${base}&PageSize=2`)).next_page_uri).toBeNull()
  expect((await get(`${base}&PageSize=1`)).next_page_uri).toContain('PageSize=1&Page=1')
})

test('inbound messages are listed too, and filters apply', async () => {
  await twilio.deliver({ from: '+15550102', body: 'in' }, 'http://127.0.0.1:1/#rc=0')
  await send('+15550102', 'out')
  const base = `/2010-04-01/Accounts/${SID}/Messages.json`
  const inbound = await get(`${base}?From=%2B15550102`)
  expect(inbound.messages).toMatchObject([{ body: 'in', direction: 'inbound', to: NUMBER }])
  expect((await get(`${base}?To=%2B15550102`)).messages).toMatchObject([{ body: 'out' }])
})

test('an unknown filter is an error instead of being ignored', async () => {
  const response = await fetch(`${messages()}?DateSent=2026-01-01`, { headers: basic(SID, TOKEN) })
  expect(response.status).toBe(400)
})

test('one message is returned by its sid', async () => {
  await send('+15550100', 'this one')
  const { sid } = twilio.outbox.at(-1) ?? { sid: '' }
  const one = messages().replace('.json', `/${sid}.json`)
  const response = await fetch(one, { headers: basic(SID, TOKEN) })
  expect(await response.json()).toMatchObject({ sid, body: 'this one' })
})

test('each fault is used once, in order; only one of them accepts the message', async () => {
  twilio.faults.push(429, 500, 'accept-then-drop', 'drop')
  const before = twilio.outbox.length
  const limited = await send('+15550100')
  expect([limited.status, await limited.json()]).toMatchObject([429, { code: 20429 }])
  expect((await send('+15550100')).status).toBe(500)
  expect(twilio.outbox).toHaveLength(before)
  await expect(send('+15550100', 'in doubt')).rejects.toThrow()
  expect(twilio.outbox.at(-1)?.body).toBe('in doubt')
  await expect(send('+15550100')).rejects.toThrow()
  expect(twilio.outbox).toHaveLength(before + 1)
  expect((await send('+15550100')).status).toBe(201)
})

test('the log has neither text nor numbers nor the token', () => {
  expect(log.length).toBeGreaterThan(5)
  expect(log.join('\n')).not.toMatch(/in doubt|\+1555|auth-token/)
})
