/** An SMS is handed to Twilio, and the outcome is known. */
import { beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { findSms, postSms } from '../../../src/channels/sms/twilio.ts'
import { setDeployment } from '../http/deployment.ts'
import {
  answer,
  breakOff,
  closedPort,
  drop,
  type Reaction,
  silence,
  startProvider,
} from './provider.ts'

const deployment = setDeployment()
const twilio = await startProvider()

const SMS = {
  from: '+15550100',
  to: '+15550101',
  body: 'Grüße & 1+1 😀',
  statusCallback: 'https://hooks.example.com/sms?oid=1',
}
const SERVICE = `MG${'5'.repeat(32)}`
const PATH = '/2010-04-01/Accounts/AC1/Messages.json'
const basic = (token: string) => `Basic ${Buffer.from(`AC1:${token}`).toString('base64')}`
const exception = (status: number, code: number, message = 'No.') =>
  answer(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status })

beforeAll(() => {
  vi.stubEnv('TWILIO_ACCOUNT_SID', 'AC1')
  vi.stubEnv('TWILIO_TOKEN_SECRET', 'twilio-token')
})

let time = Date.now()
beforeEach(() => {
  vi.stubEnv('TWILIO_API_URL', `${twilio.url}/`)
  deployment.secrets.set('twilio-token', 'token')
  // A secret is cached for five minutes, and read again at most once in ten seconds.
  time += 3_600_000
  vi.useFakeTimers({ toFake: ['Date'], now: time })
  return () => vi.useRealTimers()
})

test('an SMS that Twilio accepts', async () => {
  twilio.react = answer(201, { sid: 'SM1', status: 'queued' })
  expect(await postSms(SMS)).toEqual({ status: 'sent', providerId: 'SM1' })
  const [{ method, path, headers, body } = { method: '', path: '', headers: {}, body: '' }] =
    twilio.asked
  expect([method, path, headers.authorization]).toEqual(['POST', PATH, basic('token')])
  expect(headers['content-type']).toBe('application/x-www-form-urlencoded')
  expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
    From: SMS.from,
    To: SMS.to,
    Body: SMS.body,
    StatusCallback: SMS.statusCallback,
  })
})

test('an SMS that a Messaging Service sends', async () => {
  twilio.react = answer(201, { sid: 'SM1', status: 'accepted' })
  await postSms({ ...SMS, from: SERVICE })
  const form = Object.fromEntries(new URLSearchParams(twilio.asked[0]?.body))
  expect(form).toMatchObject({ MessagingServiceSid: SERVICE, To: SMS.to })
  expect(form).not.toHaveProperty('From')
})

const LONG = 'x'.repeat(5000)
test.each([
  [
    'an opted-out recipient',
    exception(400, 21610, 'Opted\nout.'),
    'refused',
    'HTTP 400: 21610 Opted out.',
  ],
  ['a body that is too long', exception(400, 21617), 'refused', 'HTTP 400: 21617 No.'],
  ['an error that is no JSON', answer(400, '<html>'), 'refused', 'HTTP 400'],
  ['a long story', exception(400, 1, LONG), 'refused', `HTTP 400: 1 ${'x'.repeat(498)}`],
  ['a queue that is full', exception(400, 21611), 'later', 'HTTP 400: 21611 No.'],
  ['too many requests', exception(429, 20429), 'later', 'HTTP 429: 20429 No.'],
  ['a wrong token', exception(401, 20003, 'Authenticate'), 'later', 'HTTP 401: 20003 Authenticate'],
  ['a suspended account', exception(403, 20005), 'later', 'HTTP 403: 20005 No.'],
  ['an unknown account', exception(404, 20404), 'later', 'HTTP 404: 20404 No.'],
  ['an error of Twilio', exception(500, 20500), 'doubt', 'HTTP 500: 20500 No.'],
  ['a gateway that gives up', answer(503, 'busy'), 'doubt', 'HTTP 503'],
  ['a redirect', answer(307, '', { location: '/elsewhere' }), 'doubt', 'HTTP 307'],
  ['an answer that cannot be read', answer(201, '{"sid":'), 'doubt', 'HTTP 201'],
  ['an answer without an id', answer(201, { sid: null }), 'doubt', 'HTTP 201'],
  ['a success of another kind', answer(200, { sid: 'SM1' }), 'doubt', 'HTTP 200'],
  ['a connection that breaks', drop, 'doubt', 'The response was lost: ECONNRESET.'],
  [
    'an answer that breaks off',
    breakOff(201, '{"sid":"SM1"'),
    'doubt',
    'The response was lost: ECONNRESET.',
  ],
  ['silence', silence, 'doubt', 'The response was lost: timeout.'],
] satisfies Array<
  [string, Reaction, string, string]
>)('%s', async (_, reaction, status, problem) => {
  twilio.react = reaction
  expect(await postSms(SMS, 1000)).toEqual({ status, problem })
  expect(twilio.asked).toHaveLength(1)
})

test('no listener', async () => {
  vi.stubEnv('TWILIO_API_URL', await closedPort())
  expect(await postSms(SMS)).toEqual({ status: 'later', problem: 'No connection: ECONNREFUSED.' })
})

test('a rotated token is read again, once', async () => {
  twilio.react = (response, asked) =>
    asked.headers.authorization === basic('rotated')
      ? answer(201, { sid: 'SM2' })(response, asked)
      : exception(401, 20003)(response, asked)
  expect(await postSms(SMS)).toMatchObject({ status: 'later' })
  time += 20_000
  vi.setSystemTime(time)
  deployment.secrets.set('twilio-token', 'rotated')
  const reads = deployment.reads
  expect(await postSms(SMS)).toEqual({ status: 'sent', providerId: 'SM2' })
  expect(await postSms(SMS)).toEqual({ status: 'sent', providerId: 'SM2' })
  expect(deployment.reads).toBe(reads + 1)
  expect(twilio.asked.map(({ headers }) => headers.authorization)).toEqual(
    ['token', 'token', 'rotated', 'rotated'].map(basic),
  )
})

test('without a readable token or a configured account nothing is sent', async () => {
  deployment.secrets.delete('twilio-token')
  const problem = 'The secret of TWILIO_TOKEN_SECRET cannot be read.'
  expect(await postSms(SMS)).toEqual({ status: 'later', problem })
  deployment.secrets.set('twilio-token', 'token')
  vi.stubEnv('TWILIO_ACCOUNT_SID', '')
  const unset = { status: 'later', problem: 'TWILIO_ACCOUNT_SID is not set.' }
  expect(await postSms(SMS)).toEqual(unset)
  vi.stubEnv('TWILIO_ACCOUNT_SID', 'AC1')
  expect(twilio.asked).toEqual([])
})

const SINCE = Date.parse('Sat, 03 Oct 2026 10:00:00 +0000')
const listed = (sid: string, more: Readonly<Record<string, unknown>> = {}) => ({
  sid,
  body: SMS.body,
  date_created: 'Sat, 03 Oct 2026 10:00:05 +0000',
  date_sent: null,
  direction: 'outbound-api',
  ...more,
})
const find = () => findSms({ ...SMS, since: SINCE })

test('an SMS is found by its numbers, body and time', async () => {
  twilio.react = answer(200, {
    messages: [
      listed('SM1', { body: 'another' }),
      listed('SM2', { direction: 'inbound' }),
      listed('SM3', { date_created: 'Sat, 03 Oct 2026 09:58:59 +0000' }),
      listed('SM4', { date_created: 'Sat, 03 Oct 2026 09:59:00 +0000', body: `${SMS.body}\n` }),
    ],
    next_page_uri: null,
  })
  expect(await find()).toEqual({ providerId: 'SM4' })
  const { path = '', method, headers } = twilio.asked[0] ?? {}
  expect([method, headers?.authorization]).toEqual(['GET', basic('token')])
  const { pathname, searchParams } = new URL(path, twilio.url)
  expect([pathname, Object.fromEntries(searchParams)]).toEqual([
    PATH,
    { To: SMS.to, From: SMS.from, PageSize: '100' },
  ])
})

test("a Messaging Service's SMS is found whichever number it chose", async () => {
  twilio.react = answer(200, {
    messages: [
      listed('SM1', { messaging_service_sid: null }),
      listed('SM2', { messaging_service_sid: `MG${'6'.repeat(32)}` }),
      listed('SM3', { messaging_service_sid: SERVICE, from: '+15550177' }),
    ],
  })
  expect(await findSms({ ...SMS, from: SERVICE, since: SINCE })).toEqual({ providerId: 'SM3' })
  const { searchParams } = new URL(twilio.asked[0]?.path ?? '', twilio.url)
  expect(Object.fromEntries(searchParams)).toEqual({ To: SMS.to, PageSize: '100' })
})

/** A list with this many pages. */
const pages =
  (count: number, on: (page: number) => readonly unknown[]): Reaction =>
  (response, asked) => {
    const page = Number(new URL(asked.path, twilio.url).searchParams.get('Page') ?? 0)
    const next_page_uri = page + 1 < count ? `${PATH}?Page=${page + 1}` : null
    answer(200, { messages: on(page), next_page_uri })(response, asked)
  }
const other = (date_created?: string) =>
  listed('SM0', { body: 'another', ...(date_created && { date_created }) })
const OLD = 'Sat, 03 Oct 2026 09:00:00 +0000'

test('of two equal ones, the unused one is chosen', async () => {
  twilio.react = answer(200, { messages: [listed('SM1'), listed('SM2')] })
  const isFree = async (sid: string) => sid === 'SM2'
  expect(await findSms({ ...SMS, since: SINCE, isFree })).toEqual({ providerId: 'SM2' })
  expect(await findSms({ ...SMS, since: SINCE, isFree: async () => false })).toBeUndefined()
})

test('further pages are searched', async () => {
  twilio.react = pages(3, (page) => (page === 2 ? [listed('SM9')] : page === 1 ? [] : [other()]))
  expect(await find()).toEqual({ providerId: 'SM9' })
})

test('none is found if the list ends, or only older ones are left', async () => {
  twilio.react = pages(2, () => [other()])
  expect(await find()).toBeUndefined()
  expect(twilio.asked).toHaveLength(2)
  twilio.react = pages(9, (page) => [other(page === 1 ? OLD : undefined)])
  expect(await find()).toBeUndefined()
  expect(twilio.asked).toHaveLength(4)
})

test('a list that is too long gives no result', async () => {
  twilio.react = pages(99, () => [other()])
  await expect(find()).rejects.toThrow('more than 2000')
  expect(twilio.asked).toHaveLength(20)
})

test.each([
  ['an error', exception(500, 20500)],
  ['an error with a list', answer(500, { messages: [] })],
  ['no list', answer(200, { messages: 'none' })],
  ['a next page elsewhere', answer(200, { messages: [], next_page_uri: '@evil.example.net/' })],
  ['a broken connection', drop],
] satisfies Array<[string, Reaction]>)('%s is not taken for "none"', async (_, reaction) => {
  twilio.react = reaction
  await expect(find()).rejects.toThrow(/Twilio's list|The response was lost/)
})
