/** Twilio's status callbacks for an SMS: out of order, repeated, and forged. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MessageStatus } from '../../local/providers/twilio/message.ts'
import { type TestBaton, testBaton } from '../support/baton.ts'
import { PATIENT } from '../support/patience.ts'
import { deliveriesOf, textsTo, writeSms } from '../support/people.ts'

const numbers = Array.from({ length: 6 }, (_, i) => `+155501${40 + i}`)

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ people: numbers })
})
afterAll(() => baton.close())

/** Has a new person get a reply whose delivery goes through these statuses. Returns its session and id. */
async function answered(steps: readonly MessageStatus[]) {
  const number = numbers.shift() ?? ''
  const { progress, callbacks } = baton.twilio
  progress.splice(0, progress.length, ...steps)
  await writeSms(baton, { from: number, body: 'hello' })
  await expect.poll(() => textsTo(baton, number).length, PATIENT).toBe(1)
  const [text] = textsTo(baton, number)
  const { sid = '', statusCallback = '' } = text ?? {}
  const reported = () => callbacks.filter((each) => each.sid === sid)
  await expect.poll(() => reported().length, PATIENT).toBe(steps.length)
  return { session: `sms-${number.slice(1)}`, sid, statusCallback, reported }
}

test.each([
  ['in order', ['queued', 'sending', 'sent', 'delivered'], 'delivered'],
  ['backwards', ['delivered', 'sent', 'queued'], 'delivered'],
  ['not delivered, then as if it were', ['undelivered', 'delivered', 'sent'], 'undelivered'],
  ['failed at once', ['failed', 'queued'], 'undelivered'],
] as const)('%s: the first final status counts', async (_, steps, status) => {
  const { session, sid, reported } = await answered(steps)
  for (const again of ['queued', 'sent', 'delivered', 'failed'] as const)
    await baton.twilio.report(sid, again)
  expect(await deliveriesOf(baton, session)).toMatchObject([{ status, providerId: sid }])
  const answers = reported().map((each) => [each.status, each.attempts])
  expect(answers).toEqual(answers.map(() => [204, 1]))
})

test("a callback without Twilio's signature is refused and changes nothing", async () => {
  const { session, statusCallback, sid } = await answered([])
  // Twilio has the message before that is recorded.
  await expect.poll(() => deliveriesOf(baton, session), PATIENT).toMatchObject([{ status: 'sent' }])
  const before = await deliveriesOf(baton, session)
  const { pathname, search } = new URL(statusCallback)
  const forged = (route: string, signature: Record<string, string>) =>
    baton.request(route, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...signature },
      body: new URLSearchParams({ MessageSid: sid, MessageStatus: 'delivered' }).toString(),
    })
  for (const signature of [{}, { 'x-twilio-signature': 'Zm9yZ2VkIGJ5IHNvbWVib2R5' }])
    expect((await forged(pathname + search, signature)).status).toBe(403)
  expect(await deliveriesOf(baton, session)).toEqual(before)
})
