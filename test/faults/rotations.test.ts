/** A provider's key is rotated while functions are warm; and signed posts of SendGrid that cannot be read. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newSigning, type Signing } from '../../local/providers/sendgrid/signing.ts'
import type { Intercept } from '../../packages/local-aws/src/interception.ts'
import { AwsError } from '../../packages/local-aws/src/json-service.ts'
import { type TestBaton, testBaton } from '../support/baton.ts'
import { stepOf } from '../support/function-calls.ts'
import { published, written } from '../support/log.ts'
import { PATIENT } from '../support/patience.ts'
import {
  emailsTo,
  expectAnswered,
  post,
  type SignedPost,
  sessionWith,
  signedEmail,
  signedSms,
  textsTo,
  writeEmail,
  writeSms,
} from '../support/people.ts'
import { OUTBOX, redeliverSoon } from '../support/queues.ts'
import { rotate, secretOf } from '../support/secrets.ts'

const ADA = '+15550100'
const BOB = '+15550101'
const TOKEN = 'Baton/twilio-auth-token'
const KEY = 'Baton/sendgrid-public-key'

/** Steps for which Secrets Manager is down, and steps that crash at their next request; once each. */
const down = new Set<string>()
const dying = new Set<string>()
const intercept: Intercept = async (call, perform) => {
  if (dying.delete(stepOf(call))) return call.crash()
  if (call.service === 'secretsmanager' && down.delete(stepOf(call)))
    throw new AwsError('AccessDeniedException', 'down')
  await perform()
}

/** The emulators have the new keys, and Baton has the old ones. */
const current = new Map<string, string>()
const oldSigning = newSigning()
const OLD_TOKEN = 'an-old-token-of-the-account'

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ intercept, people: [ADA, BOB, '@example.com'] })
  for (const name of [TOKEN, KEY]) current.set(name, await secretOf(baton.aws, name))
  await redeliverSoon(baton, OUTBOX)
  await rotate(baton.aws, TOKEN, OLD_TOKEN)
  await rotate(baton.aws, KEY, oldSigning.publicKey)
})
afterAll(() => baton.close())

const signedBy = (signing: Signing, { route, headers, body }: SignedPost): SignedPost => {
  const own = Object.entries(signing.headers('1700000000', body))
  const lower = own.map(([name, value]) => [name.toLowerCase(), value])
  return { route, headers: { ...headers, ...Object.fromEntries(lower) }, body }
}
const withOldKey = (signed: SignedPost) => signedBy(oldSigning, signed)

test('a signed post of SendGrid that is not a form is accepted, and quarantined', async () => {
  const body = Buffer.from('{"this is": "no form"}')
  const headers = { 'content-type': 'application/json' }
  const signed = withOldKey({ route: '/api/webhooks/email', headers, body })
  const sessions = await (await baton.request('/api/sessions')).text()
  expect((await post(baton, signed)).status).toBe(200)
  expect(published(baton, 'Quarantined')).toEqual([1])
  const kept = written(baton).filter(({ message }) => message === 'quarantined')
  expect(kept).toMatchObject([
    { channel: 'email', key: expect.stringMatching(/^quarantine\/email\//) },
  ])
  expect(await (await baton.request('/api/sessions')).text()).toBe(sessions)
})

test('a rotated Twilio token loses no SMS, in either direction', async () => {
  const old = await signedSms(baton, { from: ADA, body: 'with the old one' }, OLD_TOKEN)
  expect((await post(baton, old)).status).toBe(200)
  await expectAnswered(baton, 'sms-15550100', ['with the old one'])
  // Twilio knows only the new one, so this reply waits for it.
  expect(textsTo(baton, ADA)).toHaveLength(0)
  await rotate(baton.aws, TOKEN, current.get(TOKEN) ?? '')
  expect(await writeSms(baton, { from: BOB, body: 'with the new one' })).toMatchObject({
    status: 200,
    attempts: 1,
  })
  await expectAnswered(baton, 'sms-15550101', ['with the new one'])
  for (const number of [ADA, BOB])
    await expect.poll(() => textsTo(baton, number).length, PATIENT).toBe(1)
  // What was signed before Twilio knew the new token may still arrive.
  const late = await signedSms(baton, { from: ADA, body: 'late' }, OLD_TOKEN)
  expect((await post(baton, late)).status).toBe(200)
  const forged = await signedSms(baton, { from: ADA, body: 'forged' }, 'another-token')
  expect((await post(baton, forged)).status).toBe(403)
})

test('a rotated SendGrid key loses no email', async () => {
  const text = 'with the old key'
  const old = withOldKey(await signedEmail(baton, { from: 'ada@example.com', text }))
  expect((await post(baton, old)).status).toBe(200)
  await rotate(baton.aws, KEY, current.get(KEY) ?? '')
  const next = { from: 'bob@example.com', text: 'with the new key' }
  expect(await writeEmail(baton, next)).toEqual({ status: 200, attempts: 1, lost: false })
  for (const message of [text, next.text])
    await expectAnswered(baton, await sessionWith(baton, message), [message])
  for (const address of ['ada@example.com', 'bob@example.com'])
    await expect.poll(() => emailsTo(baton, address).length, PATIENT).toBe(1)
  // Posted again, as SendGrid does for days.
  expect((await post(baton, old)).status).toBe(200)
  expect((await post(baton, signedBy(newSigning(), old))).status).toBe(403)
})

// Fails if a failed read of the key counts as one: the second attempt is refused, and the email is lost.
test('a rotated SendGrid key that cannot be read at first is read at the next attempt', async () => {
  const next = newSigning()
  const signed = await signedEmail(baton, { from: 'carol@example.com', text: 'patience' })
  await rotate(baton.aws, KEY, current.get(KEY) ?? '')
  // A new process, so that no earlier read counts.
  dying.add('ReceiveEmail')
  expect((await post(baton, signed)).status).toBe(500)
  expect((await post(baton, signed)).status).toBe(200)
  await rotate(baton.aws, KEY, next.publicKey)
  down.add('ReceiveEmail')
  const rotated = signedBy(next, signed)
  expect((await post(baton, rotated)).status).toBe(503)
  expect((await post(baton, rotated)).status).toBe(200)
})
