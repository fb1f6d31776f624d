/** Failing providers: a message reaches a person exactly once, or its record says that the outcome is unknown. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fault } from '../../local/providers/fault.ts'
import { segmentsOf } from '../../src/channels/sms/segments.ts'
import type { Tally } from '../../src/core/tally.ts'
import { type TestBaton, testBaton } from '../support/baton.ts'
import { published } from '../support/log.ts'
import { PATIENT } from '../support/patience.ts'
import {
  deliveriesOf,
  emailsTo,
  expectAnswered,
  sessionWith,
  textsTo,
  writeEmail,
  writeSms,
} from '../support/people.ts'
import { deliverAgain, OUTBOX, redeliverSoon } from '../support/queues.ts'
import { usageTable } from '../support/usage.ts'

const numbers = Array.from({ length: 10 }, (_, i) => `+155501${20 + i}`)

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ people: [...numbers, '@example.com'] })
  await redeliverSoon(baton, OUTBOX)
})
afterAll(() => baton.close())

/** Resolves once each delivery of a session has one of these statuses. */
const ended = async (session: string, count: number, ...ends: readonly string[]) => {
  const all = async () => {
    const records = await deliveriesOf(baton, session)
    return records.filter(({ status }) => ends.includes(status)).length
  }
  await expect.poll(all, PATIENT).toBe(count)
  return deliveriesOf(baton, session)
}

const sessionOf = (number: string) => `sms-${number.slice(1)}`

/** Returns the usage of sent messages. */
async function counted(session: string): Promise<Tally> {
  const { total } = await usageTable(baton).ledger(session)
  return Object.fromEntries(
    Object.entries(total).filter(([name]) => /^(?:out\.|smsSegments$)/.test(name)),
  )
}

const TWILIO: readonly (readonly [name: string, faults: readonly Fault[]])[] = [
  ['takes it and drops the answer', ['accept-then-drop']],
  ['breaks off and takes nothing', ['drop']],
  ['has too many requests, then a fault of its own', [429, 500]],
  ['breaks off twice, and drops the answer to the third', ['drop', 'drop', 'accept-then-drop']],
]

test.each(
  TWILIO,
)('Twilio %s: the reply is sent once, and its record says so', async (_, faults) => {
  const number = numbers.shift() ?? ''
  const session = sessionOf(number)
  baton.twilio.faults.push(...faults)
  await writeSms(baton, { from: number, body: 'hello' })
  const records = await ended(session, 1, 'delivered')
  await deliverAgain(baton, session)
  expect(baton.twilio.faults).toEqual([])
  const texts = textsTo(baton, number)
  expect(texts).toHaveLength(1)
  expect(records).toMatchObject([{ providerId: texts[0]?.sid }])
  expect(await counted(session)).toEqual({
    'out.sms': 1,
    smsSegments: segmentsOf(texts[0]?.body ?? ''),
  })
  await expectAnswered(baton, session, ['hello'])
})

test.each([
  'drop',
  'accept-then-drop',
] as const)('the same reply twice in a row is sent twice, even if the second meets "%s"', async (fault) => {
  const number = numbers.shift() ?? ''
  const session = sessionOf(number)
  // No status is reported, so only Twilio's list shows what was sent.
  const steps = baton.twilio.progress.splice(0)
  await writeSms(baton, { from: number, body: 'hello' })
  await ended(session, 1, 'sent')
  baton.twilio.faults.push(fault)
  await writeSms(baton, { from: number, body: 'hello again' })
  const records = await ended(session, 2, 'sent')
  await deliverAgain(baton, session)
  baton.twilio.progress.push(...steps)
  const texts = textsTo(baton, number)
  expect(new Set(texts.map(({ body }) => body)).size).toBe(1)
  expect(records.map(({ providerId }) => providerId)).toEqual(texts.map(({ sid }) => sid))
  expect(texts).toHaveLength(2)
})

test('a message that Twilio refuses is recorded with the reason, counted, and not retried', async () => {
  const number = numbers.shift() ?? ''
  const session = sessionOf(number)
  await writeSms(baton, { from: number, body: 'STOP' })
  await writeSms(baton, { from: number, body: 'hello' })
  const [record] = await ended(session, 1, 'refused')
  expect(record?.problem).toContain('21610')
  expect(published(baton, 'DeliveriesRefused')).toEqual([1])
  // By now it would be accepted.
  await writeSms(baton, { from: number, body: 'START' })
  await deliverAgain(baton, session)
  expect(textsTo(baton, number)).toEqual([])
  expect(await deliveriesOf(baton, session)).toEqual([record])
  expect(published(baton, 'DeliveriesRefused')).toEqual([1])
})

test.each([
  ['takes an email and drops the answer', 'accept-then-drop', 1],
  ['breaks off and takes no email', 'drop', 0],
] as const)('SendGrid %s: the outcome is in doubt, and the email is not sent again', async (text, fault, count) => {
  const from = `${fault}@example.com`
  const inDoubt = published(baton, 'DeliveriesInDoubt').length
  baton.sendgrid.faults.push(fault)
  await writeEmail(baton, { from, text })
  const session = await sessionWith(baton, text)
  const records = await ended(session, 1, 'in doubt')
  await deliverAgain(baton, session)
  expect(await deliveriesOf(baton, session)).toEqual(records)
  expect(emailsTo(baton, from)).toHaveLength(count)
  expect(published(baton, 'DeliveriesInDoubt')).toHaveLength(inDoubt + 1)
})

test('SendGrid limits the rate at first: the email is sent once', async () => {
  const from = 'patient@example.com'
  const text = 'there is time'
  baton.sendgrid.faults.push(429, 429, 429, 429)
  await writeEmail(baton, { from, text })
  const session = await sessionWith(baton, text)
  const records = await ended(session, 1, 'sent')
  await deliverAgain(baton, session)
  const emails = emailsTo(baton, from)
  expect(emails).toHaveLength(1)
  expect(records).toMatchObject([{ providerId: emails[0]?.id }])
  expect(await counted(session)).toEqual({ 'out.email': 1 })
})
