/** An SMS that Twilio accepts and cannot deliver: somebody is told. Baton sends through a Messaging Service here. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SERVICE_SID } from '../../local/providers/twilio/server.ts'
import { type TestBaton, testBaton } from '../support/baton.ts'
import { heldCalls } from '../support/held-calls.ts'
import { published } from '../support/log.ts'
import { PATIENT } from '../support/patience.ts'
import { deliveriesOf, emailsTo, textsTo, writeEmail } from '../support/people.ts'
import { receiveAgain } from '../support/queues.ts'

const ADA = '+15550100'
const ADAS_EMAIL = 'ada@example.com'
const BOB = '+15550101'
const CAROL = '+15550102'
const DAN = '+15550103'

const { intercept, hold } = heldCalls()
let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({
    intercept,
    people: [ADAS_EMAIL, BOB, CAROL, DAN],
    variables: { SMS_NUMBER: SERVICE_SID, APPROVALS: 'none' },
  })
  const put = (address: string, body: unknown) =>
    baton.request(`/api/people/${encodeURIComponent(address)}`, {
      method: 'PUT',
      body: JSON.stringify(body),
    })
  expect((await put(ADA, { email: 'nobody' })).status).toBe(400)
  const added = await put(ADA, { email: 'Ada@Example.com' })
  expect(await added.json()).toEqual({ address: ADA, email: ADAS_EMAIL })
  baton.twilio.progress.splice(0, 3, 'queued', 'sent', 'undelivered')
})
afterAll(() => baton.close())

const write = (from: string, body: string) =>
  baton.twilio.deliver(
    { from, to: '+15550177', body, serviceSid: SERVICE_SID },
    `${baton.url}/api/webhooks/sms`,
  )

const undelivered = (session: string) =>
  expect
    .poll(() => deliveriesOf(baton, session), PATIENT)
    .toContainEqual(expect.objectContaining({ channel: 'sms', status: 'undelivered' }))

interface Listed {
  readonly id: string
  readonly to: string
  readonly sessionId: string
}

/** The operator's list of what could not be delivered. */
async function listed(): Promise<readonly Listed[]> {
  const response = await baton.request('/api/undelivered')
  return ((await response.json()) as { undelivered: readonly Listed[] }).undelivered
}

const failures = () => published(baton, 'DeliveriesUndelivered')

test('the reply goes to the email address of the person, once, and the operator is told', async () => {
  await write(ADA, 'hello')
  await expect.poll(() => emailsTo(baton, ADAS_EMAIL).length, PATIENT).toBe(1)
  const [email] = emailsTo(baton, ADAS_EMAIL)
  const [text] = textsTo(baton, ADA)
  expect(text).toMatchObject({ serviceSid: SERVICE_SID })
  expect(email).toMatchObject({ subject: 'Reply to your SMS', text: expect.stringMatching(/\w/) })
  await undelivered('sms-15550100')
  expect(failures()).toEqual([1])
  // Twilio may call again. The email continues the conversation.
  await baton.twilio.report(text?.sid ?? '', 'undelivered')
  const headers = Object.entries(email?.headers ?? {})
  const inReplyTo = headers.find(([name]) => name.toLowerCase() === 'message-id')?.[1]
  await writeEmail(baton, { from: ADAS_EMAIL, text: 'by email, then', inReplyTo })
  await expect.poll(() => emailsTo(baton, ADAS_EMAIL).length, PATIENT).toBe(2)
  expect((await baton.history('sms-15550100')).map((entry) => entry.text)).toContain(
    'by email, then',
  )
  expect(failures()).toEqual([1])
  // The person has got it, so nobody has to do anything.
  expect(await listed()).toEqual([])
})

test('without an email address the history, the alarm and the list of the undelivered tell of it', async () => {
  await write(BOB, 'hello')
  await undelivered('sms-15550101')
  await expect.poll(() => failures().length, PATIENT).toBe(2)
  await expect
    .poll(() => baton.log.join('\n'), PATIENT)
    .toContain('no email address of the person is known')
  await expect.poll(listed, PATIENT).toHaveLength(1)
  const [entry] = await listed()
  expect(entry).toMatchObject({
    sessionId: 'sms-15550101',
    to: BOB,
    channel: 'sms',
    reason: 'Twilio error 30003',
  })
})

test('the conductor is told of an SMS that it has sent for somebody', async () => {
  const input = { reply: null, commands: [{ type: 'SEND_SMS', to: BOB, message: 'Lunch?' }] }
  const answer = [{ type: 'tool_use' as const, name: 'StructuredOutput', input }]
  baton.model?.faults.push({ about: 'ask Bob', answer })
  await baton.send('asks', 'ask Bob')
  const entries = await baton.until('asks', (all) => all.some(({ text }) => /30003/.test(text)))
  expect(entries.find(({ text }) => /30003/.test(text))).toMatchObject({
    role: 'system',
    text: 'What you sent to +15550101 (t1.0) was not delivered: Twilio error 30003.',
  })
})

test('the list is oldest first, and loses what is dismissed or belongs to a deleted session', async () => {
  await expect.poll(listed, PATIENT).toHaveLength(2)
  const [first, second] = await listed()
  expect([first, second]).toMatchObject([{ sessionId: 'sms-15550101' }, { sessionId: 'asks' }])
  const dismiss = async (id = '') =>
    (await baton.request(`/api/undelivered/${id}/dismiss`, { method: 'POST' })).status
  expect(await dismiss(first?.id)).toBe(204)
  expect(await dismiss(Buffer.from('no such one').toString('base64url'))).toBe(404)
  expect(await listed()).toEqual([second])
  // Twilio reports the same failure again.
  const [text] = textsTo(baton, BOB)
  await baton.twilio.report(text?.sid ?? '', 'undelivered')
  await baton.request('/api/sessions/asks', { method: 'DELETE' })
  await expect.poll(listed, PATIENT).toEqual([])
})

const failing = [429, 429, 429] as const

/** The queue takes minutes between two attempts, so the test makes them. */
const attemptsOf = (session: string) => async (received: number) => {
  const [outcome] = await receiveAgain(baton, session, received)
  return outcome
}

/** Writes, and waits until the first attempts to send the reply have failed. */
async function writeInVain(from: string, session: string): Promise<void> {
  baton.twilio.faults.push(...failing)
  await write(from, 'hello')
  const isWaiting = expect.objectContaining({ status: 'waiting' })
  await expect.poll(() => baton.twilio.faults, PATIENT).toEqual([])
  // The last of the attempts has been recorded, too: each is `sending` until then.
  await expect.poll(() => deliveriesOf(baton, session), PATIENT).toContainEqual(isWaiting)
}

test('a reply that a provider does not take is listed as late, then as given up, and no longer once it has arrived', async () => {
  const session = 'sms-15550102'
  const attempt = attemptsOf(session)
  const failed = { ok: true, payload: { batchItemFailures: [expect.anything()] } }
  await writeInVain(CAROL, session)
  expect(await listed()).toEqual([])
  const status = await baton.request('/api/monitoring/status')
  expect(await status.json()).toMatchObject({ outgoing: 1 })

  baton.twilio.faults.push(...failing)
  expect(await attempt(5)).toMatchObject(failed)
  const late = { sessionId: session, to: CAROL, reason: expect.stringContaining('429') }
  expect(await listed()).toMatchObject([
    { ...late, status: 'late', advice: expect.stringContaining('tried again') },
  ])
  baton.twilio.faults.push(...failing)
  expect(await attempt(500)).toMatchObject(failed)
  expect(await listed()).toMatchObject([
    { ...late, status: 'given up', advice: expect.stringContaining('dead-letter queue') },
  ])
  // The operator sends it back, and Twilio calls before it is recorded that it was sent.
  baton.twilio.progress.splice(0, 3, 'queued', 'sent', 'sent')
  const [step, operation] = ['DeliverMessage', 'dynamodb UpdateItem']
  const recording = hold({ session, step, operation, about: '"sent"' })
  const back = attempt(1)
  await recording.arrived
  const isSent = expect.objectContaining({ status: 'sent' })
  await expect.poll(() => deliveriesOf(baton, session), PATIENT).toContainEqual(isSent)
  recording.release()
  expect(await back).toMatchObject({ ok: true, payload: { batchItemFailures: [] } })
  expect(await listed()).toEqual([])
  expect(textsTo(baton, CAROL)).toHaveLength(1)
  // What has arrived may still be reported as undelivered.
  const [text] = textsTo(baton, CAROL)
  await baton.twilio.report(text?.sid ?? '', 'undelivered')
  await undelivered(session)
  expect(await attempt(1)).toMatchObject({ ok: true, payload: { batchItemFailures: [] } })
  expect(await listed()).toMatchObject([{ to: CAROL, status: 'failed' }])
})

test('a late reply that is taken at last, and fails before that is noted, stays on the list', async () => {
  const session = 'sms-15550103'
  const attempt = attemptsOf(session)
  await writeInVain(DAN, session)
  baton.twilio.faults.push(...failing)
  await attempt(5)
  const settling = hold({
    ...{ session, step: 'DeliverMessage', operation: 'dynamodb UpdateItem' },
    about: 'REMOVE delivery',
  })
  baton.twilio.progress.splice(0, 3, 'queued', 'sent', 'sent')
  const taken = attempt(1)
  await settling.arrived
  const [text] = textsTo(baton, DAN)
  await baton.twilio.report(text?.sid ?? '', 'undelivered')
  await undelivered(session)
  await attempt(1)
  settling.release()
  await taken
  const ofDan = (await listed()).filter(({ to }) => to === DAN)
  expect(ofDan).toMatchObject([{ status: 'failed' }])
  await baton.request(`/api/undelivered/${ofDan[0]?.id}/dismiss`, { method: 'POST' })
})

test('short codes and names are strangers, and other channels are refused by name', async () => {
  const strangers = ['12345', 'ACME', `whatsapp:${BOB}`]
  for (const from of strangers)
    expect(await write(from, 'Your code is 123456')).toMatchObject({
      status: 200,
      body: expect.not.stringContaining('Message'),
    })
  const unknown = await baton.request('/api/people?list=unknown')
  const { people } = (await unknown.json()) as { people: { address: string; reason: string }[] }
  expect(people).toMatchObject([
    { address: '12345', reason: 'sms from a short code or a name' },
    { address: 'ACME', reason: 'sms from a short code or a name' },
    { address: `whatsapp:${BOB}`, reason: 'Baton does not use WhatsApp' },
  ])
  const put = await baton.request(`/api/people/${encodeURIComponent(`whatsapp:${BOB}`)}`, {
    method: 'PUT',
  })
  expect(put.status).toBe(400)
  expect(await put.text()).toContain('belongs to WhatsApp, which Baton does not use')
  expect(baton.log.join('\n')).not.toContain('quarantined')
  expect(await baton.history(`sms-${BOB.slice(1)}`)).not.toContainEqual(
    expect.objectContaining({ text: 'Your code is 123456' }),
  )
})

test('a reply that Twilio refuses for good goes by email, too', async () => {
  const before = emailsTo(baton, ADAS_EMAIL).length
  await write(ADA, 'STOP')
  await write(ADA, 'I want emails now')
  await expect.poll(() => emailsTo(baton, ADAS_EMAIL).length, PATIENT).toBe(before + 1)
  expect(await deliveriesOf(baton, 'sms-15550100')).toContainEqual(
    expect.objectContaining({ status: 'refused', problem: expect.stringContaining('21610') }),
  )
})
