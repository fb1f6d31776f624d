/** The delivering function crashes before or after each of its effects, and the queue redelivers. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sessionIdOf } from '../../src/channels/email/thread.ts'
import { replies, type TestBaton, testBaton } from '../support/baton.ts'
import { type Crash, crashes } from '../support/crashes.ts'
import { stepOf } from '../support/function-calls.ts'
import { mapLimit } from '../support/map-limit.ts'
import { PATIENT } from '../support/patience.ts'
import { deliveriesOf, emailsTo, textsTo, writeEmail, writeSms } from '../support/people.ts'
import { OUTBOX, redeliverSoon } from '../support/queues.ts'
import { sampleOf } from '../support/sample.ts'

/** Crash points of a delivery by SMS, and of one by email. */
const SAMPLE = 4
const AT_ONCE = 6

const { intercept, plan, effects, crashed } = crashes()
let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({
    people: ['@example.com', ...numbers],
    variables: { APPROVALS: 'none' },
    intercept: (call, perform) =>
      stepOf(call) === 'DeliverMessage' ? intercept(call, perform) : perform(),
  })
  await redeliverSoon(baton, OUTBOX)
  // Without callbacks, the status of an SMS has to be polled.
  baton.twilio.progress.splice(0)
})
afterAll(() => baton.close())

const numbers = Array.from({ length: 40 }, (_, i) => `+155501${50 + i}`)

const pointsOf = (reference: readonly string[]): Crash[] =>
  reference.flatMap((effect) => [
    { effect, when: 'before' as const },
    { effect, when: 'after' as const },
  ])

/** A record that no function is working on. */
const ended = async (session: string) => {
  const over = async () => {
    const records = await deliveriesOf(baton, session)
    return records.some(({ status }) => !['sending', 'waiting'].includes(status))
  }
  await expect.poll(over, PATIENT).toBe(true)
  const [record] = await deliveriesOf(baton, session)
  if (!record) throw new Error('there is no record')
  return record
}

/** A new person writes and gets a reply. Their address identifies the session to watch. */
async function bySms(number: string, crash?: Crash) {
  plan(number, crash)
  await writeSms(baton, { from: number, body: 'hello' })
  const { status, providerId } = await ended(`sms-${number.slice(1)}`)
  expect(textsTo(baton, number).map(({ sid }) => sid)).toEqual([providerId])
  expect(status).toBe('sent')
}

async function byEmail(address: string, crash?: Crash) {
  plan(address, crash)
  const messageId = `<${address}>`
  await writeEmail(baton, { from: address, text: 'hello', messageId })
  const { status } = await ended(sessionIdOf(`${address}\n${messageId}`))
  const sent = emailsTo(baton, address).length
  expect([0, 1]).toContain(sent)
  expect(status).toBe(status === 'sent' && sent === 1 ? 'sent' : 'in doubt')
}

/** Tests each point of the reference once, each with another person. Returns the failures by point. */
async function tryEach(
  all: readonly Crash[],
  people: readonly string[],
  write: (person: string, crash: Crash) => Promise<void>,
): Promise<readonly string[]> {
  const points = sampleOf(all, SAMPLE)
  const failures: string[] = []
  await mapLimit(points, AT_ONCE, async (point, i) => {
    const person = people[i] ?? ''
    const where = `${point.when} ${point.effect}`
    await write(person, point).catch((error) => failures.push(`${where}: ${error}`))
    // A sent message is counted after it is recorded.
    await expect
      .poll(() => crashed(person), PATIENT)
      .toBe(true)
      .catch(() => failures.push(`${where}: not met`))
  })
  console.log(points.map(({ when, effect }) => `${when} ${effect}`).join('\n'))
  return failures
}

test('an SMS is sent exactly once, wherever its delivery crashes', async () => {
  const [reference = '', ...others] = numbers
  await bySms(reference)
  const points = pointsOf(effects(reference))
  // The claim, the sending, the record of it.
  expect(points.length).toBeGreaterThanOrEqual(6)
  expect(await tryEach(points, others, bySms)).toEqual([])
})

test('an email is sent at most once, wherever its delivery crashes, and its status is in doubt unless known', async () => {
  const people = Array.from({ length: 40 }, (_, i) => `p${String(i).padStart(2, '0')}@example.com`)
  const [reference = '', ...others] = people
  await byEmail(reference)
  const points = pointsOf(effects(reference))
  expect(points.length).toBeGreaterThanOrEqual(8)
  expect(await tryEach(points, others, byEmail)).toEqual([])
})

test('the conductor is notified of what Twilio refused, even if recording it crashes', async () => {
  const number = numbers.at(-1) ?? ''
  await writeSms(baton, { from: number, body: 'STOP' })
  const command = { type: 'SEND_SMS', to: number, message: 'hello' }
  const input = { reply: 'I write to them.', commands: [command] }
  const answer = [{ type: 'tool_use' as const, name: 'StructuredOutput', input }]
  baton.model?.faults.push({ about: 'please write to them', answer })
  plan('refused', { effect: 'DeliverMessage dynamodb UpdateItem 3', when: 'after' })
  await baton.send('refused', 'please write to them')
  const told = (text: string) => text.includes('was not delivered')
  const entries = await baton.until('refused', (all) => all.some(({ text }) => told(text)))
  expect(crashed('refused')).toBe(true)
  expect(await deliveriesOf(baton, 'refused')).toMatchObject([{ status: 'refused' }])
  expect(entries.filter(({ role, text }) => role === 'system' && told(text))).toHaveLength(1)
  expect(replies(entries)).toContain('I write to them.')
})
