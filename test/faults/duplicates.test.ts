/** The same message a hundred times: fifty concurrently, and fifty after it was answered. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { replies, type TestBaton, testBaton } from '../support/baton.ts'
import { PATIENT } from '../support/patience.ts'
import {
  emailsTo,
  expectAnswered,
  persist,
  type SignedPost,
  sessionWith,
  signedEmail,
  signedSms,
  textsTo,
} from '../support/people.ts'

const ADA = '+15550100'

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ people: [ADA, '@example.com'] })
})
afterAll(() => baton.close())

const FIFTY = Array.from({ length: 50 }, (_, i) => i)

/** Sends each post once, all concurrently. Returns the statuses. */
const atOnce = async (posts: readonly SignedPost[]) => {
  const answers = await Promise.all(posts.map((each) => persist(baton, each)))
  return [...new Set(answers.map(({ status }) => status))]
}

/** Returns the turns of a session. */
const turns = async (session: string) => {
  const entries = await baton.history(session)
  return entries.filter(({ turnId }) => turnId !== undefined).length
}

test('a hundred deliveries of one SMS make one entry, one turn and one reply', async () => {
  const session = 'sms-15550100'
  const sms = await signedSms(baton, { from: ADA, body: 'hello, once' })
  const fifty = FIFTY.map(() => sms)
  expect(await atOnce(fifty)).toEqual([200])
  await expect.poll(() => textsTo(baton, ADA).length, PATIENT).toBe(1)
  expect(await atOnce(fifty)).toEqual([200])
  // A later message is answered later, because a session's messages keep their order.
  await persist(baton, await signedSms(baton, { from: ADA, body: 'after' }))
  await expectAnswered(baton, session, ['hello, once', 'after'])
  await expect.poll(() => textsTo(baton, ADA).length, PATIENT).toBe(2)
  expect(await turns(session)).toBe(2)
})

test.each([
  'raw',
  'parsed',
] as const)('a hundred deliveries of one email count once, whatever their timestamps (%s)', async (mode) => {
  const from = `${mode}@example.com`
  const email = { from, messageId: `<once-${mode}@example.com>`, text: `an email, once (${mode})` }
  const now = Math.floor(Date.now() / 1000)
  // SendGrid retries for 72 hours; it does not document whether each attempt has its own timestamp.
  const signed = (hours: number) =>
    signedEmail(baton, email, { mode, timestamp: `${now - hours * 3600}` })
  const posts = await Promise.all([0, 24, 48, 72].map(signed))
  const fifty = FIFTY.flatMap((i) => posts[i % posts.length] ?? [])
  expect(new Set(posts.map(({ headers }) => JSON.stringify(headers))).size).toBe(posts.length)
  expect(await atOnce(fifty)).toEqual([200])
  await expect.poll(() => emailsTo(baton, from).length, PATIENT).toBe(1)
  expect(await atOnce(fifty)).toEqual([200])
  const session = await sessionWith(baton, email.text)
  const after = { from, inReplyTo: email.messageId, references: [email.messageId], text: 'after' }
  await persist(baton, await signedEmail(baton, after))
  await expectAnswered(baton, session, [email.text, 'after'])
  await expect.poll(() => emailsTo(baton, from).length, PATIENT).toBe(2)
  expect(await turns(session)).toBe(2)
})

test('a hundred requests with one Idempotency-Key make one message', async () => {
  const post = (key: string) => ({
    route: '/api/webhooks/conductor/message',
    headers: { 'idempotency-key': key },
    body: Buffer.from(JSON.stringify({ sessionId: 'api', content: key })),
  })
  const fifty = FIFTY.map(() => post('once'))
  expect(await atOnce(fifty)).toEqual([202])
  await baton.until('api', (all) => replies(all).length === 1)
  expect(await atOnce(fifty)).toEqual([202])
  await persist(baton, post('after'))
  await expectAnswered(baton, 'api', ['once', 'after'])
  expect(await turns('api')).toBe(2)
})
