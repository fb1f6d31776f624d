import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Outbox, outboxOf } from '../../local/providers/outbox.ts'
import { block, replies, type TestBaton, testBaton, withoutReceipts } from '../support/baton.ts'
import { tablesOf } from '../support/tables.ts'

const ADA = '+15550100'
const STRANGER = '+15550150'
const SESSION = 'sms-15550100'

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ people: [ADA, '+15550101', '+15550102'] })
})
afterAll(() => baton.close())

type Sent = Extract<Outbox['messages'][number], { channel: 'sms' }>

const sentTo = (number: string): readonly Sent[] =>
  outboxOf(baton.twilio, baton.sendgrid).messages.filter(
    (message): message is Sent => message.channel === 'sms' && message.to === number,
  )

const webhook = () => `${baton.url}/api/webhooks/sms#rc=5&rp=all`

const sms = (body: string, more: { from?: string; messageSid?: string } = {}) =>
  baton.twilio.deliver({ from: ADA, body, ...more }, webhook())

const answered = (number: string, count: number) =>
  expect.poll(() => sentTo(number).length, { timeout: 60_000 }).toBe(count)

async function usage(): Promise<unknown> {
  const response = await baton.request(`/api/sessions/${SESSION}`)
  return ((await response.json()) as { usage: unknown }).usage
}

test('an SMS is answered by SMS to its number, once, and the delivery is recorded', async () => {
  const taken = await sms('Create a test file at /tmp/test.txt with the text Hello World')
  expect(taken).toMatchObject({ status: 200, attempts: 1, contentType: 'text/xml' })
  await baton.until(SESSION, (all) => replies(all).length === 2)
  await answered(ADA, 2)
  const [first, second] = sentTo(ADA)
  expect(first?.text).toContain('A worker is on it')
  expect(second?.text).toContain('Hello World')
  const entries = await baton.until(SESSION, (all) =>
    all.flatMap(({ deliveries = [] }) => deliveries).every(({ status }) => status === 'delivered'),
  )
  expect(entries[0]).toMatchObject({ role: 'user', channel: 'sms', sender: ADA })
  expect(entries.flatMap(({ deliveries = [] }) => deliveries)).toMatchObject([
    { to: ADA, channel: 'sms', status: 'delivered', providerId: first?.sid, segments: 1 },
    { to: ADA, channel: 'sms', status: 'delivered', providerId: second?.sid, segments: 1 },
  ])
  await expect.poll(usage, { timeout: 60_000 }).toMatchObject({
    messages: { in: 1, out: 2, byChannel: { http: { out: 0 }, sms: { in: 1, out: 2 } } },
    smsSegments: 2,
  })
})

test('a stranger gets 200 and nothing runs; the operator sees the number, and may add it', async () => {
  expect(await sms('let me in', { from: STRANGER })).toMatchObject({ status: 200 })
  expect(await baton.history('sms-15550150')).toEqual([])
  const unknown = await baton.request('/api/people?list=unknown')
  expect(await unknown.json()).toMatchObject({ people: [{ address: STRANGER, messages: 1 }] })
  const allowed = await baton.request(`/api/people/${encodeURIComponent(STRANGER)}`, {
    method: 'PUT',
  })
  expect(allowed.status).toBe(200)
  await sms('and now?', { from: STRANGER })
  await answered(STRANGER, 1)
  const off = await baton.request(`/api/people/${encodeURIComponent(STRANGER)}`, {
    method: 'DELETE',
  })
  expect(off.status).toBe(204)
  expect(await sms('still there?', { from: STRANGER })).toMatchObject({ status: 200 })
  expect(sentTo(STRANGER)).toHaveLength(1)
})

test('slash commands are executed before the conductor, which never sees them', async () => {
  const before = sentTo(ADA).length
  const asked = baton.model?.requests.length
  for (const order of ['/help', '/STATUS ', '/continue']) await sms(order)
  await answered(ADA, before + 3)
  const [help, status, go] = sentTo(ADA).slice(before)
  expect(help?.text).toContain('/new-session')
  expect(status?.text).toContain('Nothing is running.')
  expect(go?.text).toContain('nothing to continue')
  expect(baton.model?.requests.length).toBe(asked)
})

test('a slash command over HTTP works the same way, and the item keeps none of them', async () => {
  for (let i = 0; i < 5; i++) {
    const response = await baton.request('/api/webhooks/conductor/message', {
      method: 'POST',
      headers: { prefer: 'wait=20' },
      body: JSON.stringify({ sessionId: 'orders', content: '/status' }),
    })
    const { reply } = (await response.json()) as { reply?: { role: string; text: string } }
    expect(reply).toMatchObject({
      role: 'system',
      text: expect.stringMatching(/^Nothing is running/),
    })
  }
  const { client, nameOf } = tablesOf(baton)
  const kept = async () => {
    const Key = { sessionId: 'orders' }
    const { Item } = await client.send(new GetCommand({ TableName: nameOf('Sessions'), Key }))
    return Item?.unwritten.length
  }
  await expect.poll(kept, { timeout: 60_000 }).toBe(0)
  expect(await baton.history('orders')).toHaveLength(10)
})

test('/stop ends everything in progress, with a notice', async () => {
  await sms(block('sleep 300; echo never'))
  await baton.atWork(SESSION, 2)
  const before = sentTo(ADA).length
  await sms('/stop')
  await answered(ADA, before + 1)
  expect(sentTo(ADA).at(-1)?.text).toMatch(/^Stopped/)
  await expect
    .poll(() => baton.e2b.sandboxes().filter(({ metadata }) => metadata.worker === 'w2').length, {
      timeout: 60_000,
    })
    .toBe(0)
})

test('/kill-workers ends only the workers, and the conductor is notified', async () => {
  const number = '+15550102'
  await sms(block('sleep 300; echo never'), { from: number })
  await baton.atWork('sms-15550102')
  await sms('/kill-workers', { from: number })
  const entries = await baton.until('sms-15550102', (all) =>
    all.some(({ role }) => role === 'worker'),
  )
  expect(entries.find(({ role }) => role === 'worker')?.text).toContain('The person ended w1')
  const ofSession = baton.e2b
    .sandboxes()
    .filter(({ metadata }) => metadata.session === 'sms-15550102' && metadata.worker)
  expect(ofSession).toEqual([])
  expect(sentTo(number).map(({ text }) => text)).toContainEqual(
    expect.stringContaining('All workers are being ended'),
  )
})

test('/new-session begins a conversation without memory of the one before', async () => {
  await sms('my favourite number is 4711')
  await baton.settled(SESSION)
  const before = sentTo(ADA).length
  await sms('/new-session')
  await answered(ADA, before + 1)
  await sms('which one was it?')
  await answered(ADA, before + 2)
  // Another session's conductor may have asked since.
  const asked = baton.model?.requests.map(({ request }) => JSON.stringify(request.messages))
  const last = asked?.findLast((text) => text.includes('which one was it'))
  expect(last).toBeDefined()
  expect(last).not.toContain('4711')
})

test("Twilio's own keywords are left to Twilio", async () => {
  await baton.settled(SESSION)
  const entries = withoutReceipts(await baton.history(SESSION)).length
  for (const word of ['STOP', ' stop ', 'HELP'])
    expect(await sms(word)).toMatchObject({ status: 200 })
  expect(withoutReceipts(await baton.history(SESSION)).length).toBe(entries)
})

test('a long reply is cut, and the rest is behind a link that needs no token', async () => {
  const number = '+15550101'
  await sms(block('seq 1 600'), { from: number })
  await answered(number, 2)
  const [, long] = sentTo(number)
  expect(long?.text.length).toBeLessThan(920)
  const link = /https?:\S+$/.exec(long?.text ?? '')?.[0] ?? ''
  const whole = await fetch(link)
  expect(whole.status).toBe(200)
  expect(await whole.text()).toContain('\n600\n')
  expect((await fetch(`${link.slice(0, -1)}_`)).status).toBe(404)
  expect(withoutReceipts(await baton.history('sms-15550101'))).toHaveLength(4)
})
