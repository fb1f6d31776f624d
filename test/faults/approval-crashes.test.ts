/** Any function crashes while a message waits for approval: it is asked about once, and sent once after the yes. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Conductor } from '../../local/model/conductor.ts'
import { replies, type TestBaton, testBaton } from '../support/baton.ts'
import { type Crash, crashes } from '../support/crashes.ts'
import { mapLimit } from '../support/map-limit.ts'
import { PATIENT } from '../support/patience.ts'
import { deliveriesOf, textsTo } from '../support/people.ts'
import { deliverAgain, OUTBOX, redeliverSoon } from '../support/queues.ts'
import { sampleOf } from '../support/sample.ts'

const SAMPLE = 6
const AT_ONCE = 6
const numbers = Array.from({ length: 400 }, (_, i) => `+15550${1000 + i}`)

const { intercept, plan, effects, crashed } = crashes()

/** Writes to every number that a message names, and to nobody else. */
const conductor: Conductor = ({ prompt, calls }, tool) => {
  if (calls.at(-1)?.result) return [{ type: 'text', text: 'Done.' }]
  const commands = prompt.flatMap(({ content }) => {
    const to = /^please write to (\+\d+)$/.exec(content)?.[1]
    return to ? [{ type: 'SEND_SMS', to, message: `For ${to}` }] : []
  })
  return [{ type: 'tool_use', name: tool, input: { reply: 'As you say.', commands } }]
}

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ people: numbers, variables: { APPROVALS: 'always' }, intercept })
  if (baton.model) baton.model.conductor = conductor
  await redeliverSoon(baton, OUTBOX)
  await redeliverSoon(baton, 'Baton/Queues/Messages')
  // Without callbacks, the status of an SMS has to be polled.
  baton.twilio.progress.splice(0)
})
afterAll(() => baton.close())

/** Retries, as a client does after a 5xx. */
async function say(sessionId: string, key: string, content: string): Promise<void> {
  for (let attempts = 0; ; attempts++) {
    const response = await baton.request('/api/webhooks/conductor/message', {
      method: 'POST',
      headers: { 'idempotency-key': key },
      body: JSON.stringify({ sessionId, content }),
    })
    if (response.ok) return
    if (response.status < 500 || attempts === 5) throw new Error(`${response.status}`)
  }
}

const sentTo = (number: string) => textsTo(baton, number).map(({ body }) => body)

/** A message is asked for, waits, is approved and is sent. */
async function converse(session: string, number: string): Promise<void> {
  await say(session, 'ask', `please write to ${number}`)
  const asked = await baton.until(session, (all) => all.some(({ question }) => question))
  expect(asked.filter(({ question }) => question)).toHaveLength(1)
  expect(sentTo(number)).toEqual([])
  await say(session, 'yes', 'yes')
  await expect
    .poll(async () => (await deliveriesOf(baton, session)).map(({ status }) => status), PATIENT)
    .toEqual(['sent'])
  await baton.until(session, (all) => replies(all).length === 2)
}

/** Checks that everything happened once, also if the queue delivers again. */
async function expectOnce(session: string, number: string): Promise<void> {
  await deliverAgain(baton, session)
  expect(sentTo(number)).toEqual([`For ${number}`])
  const entries = await baton.history(session)
  expect(entries.flatMap(({ question }) => question?.id ?? [])).toEqual(['q1'])
  expect(entries.flatMap(({ answer }) => answer ?? [])).toEqual([
    { question: 'q1', by: 'the operator', choice: 'yes' },
  ])
}

/** What happens to the question and its message. Crashes of the others are tested in crash-points.test.ts. */
const isOfApproval = (effect: string) =>
  /^(?:ContinueRun|AskConductor|DispatchMessage|ReceiveMessage|DeliverMessage) /.test(effect)

test('a message that was approved is sent exactly once, wherever a function crashes', async () => {
  const [reference = '', ...others] = numbers
  plan('undisturbed')
  await converse('undisturbed', reference)
  const reached = [...effects('undisturbed')]
  await expectOnce('undisturbed', reference)
  const points = reached.filter(isOfApproval).flatMap((effect): Crash[] => [
    { effect, when: 'before' },
    { effect, when: 'after' },
  ])
  // The question, its notice, the answer, the claim, the sending and its record.
  expect(points.length).toBeGreaterThanOrEqual(12)
  const failures: string[] = []
  await mapLimit(sampleOf(points, SAMPLE), AT_ONCE, async (point, i) => {
    const session = `point-${String(i).padStart(3, '0')}`
    const where = `${point.when} ${point.effect}`
    plan(session, point)
    const number = others[i] ?? ''
    const check = async () => {
      await converse(session, number)
      // A sent message is counted after it is recorded.
      await expect.poll(() => crashed(session), PATIENT).toBe(true)
      await expectOnce(session, number)
    }
    await check().catch((error) => failures.push(`${where}: ${error}`))
  })
  expect(failures).toEqual([])
})

test('with "always", the next message to the same person waits, too', async () => {
  const [number = ''] = numbers
  await say('undisturbed', 'again', `please write to ${number}`)
  await baton.until('undisturbed', (all) => all.some(({ question }) => question?.id === 'q2'))
  expect(sentTo(number)).toHaveLength(1)
})
