import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Entry } from '../../src/core/history.ts'
import { block, endingsOf, replies, sharedBaton, type TestBaton } from '../support/baton.ts'
import { deleteObjects } from '../support/bucket.ts'

let baton: TestBaton
/** What was sent before the tests of this file. */
let earlier: { readonly emails: number; readonly texts: number }
beforeAll(async () => {
  baton = await sharedBaton()
  await baton.send('sends', block('mkdir -p ~/artifacts; printf hi > ~/artifacts/out.txt'))
  await baton.until('sends', (all) => replies(all).length === 2)
  await baton.settled('sends')
  earlier = { emails: baton.sendgrid.outbox.length, texts: baton.twilio.outbox.length }
})
afterAll(() => baton.close())

let messages = 0

/** Sends a message whose turn gives these commands. Returns the turn once they are done. */
async function ask(...commands: readonly Record<string, unknown>[]): Promise<Entry> {
  const words = `please send it, ${++messages}`
  const input = { reply: 'Done.', commands }
  const answer = [{ type: 'tool_use' as const, name: 'StructuredOutput', input }]
  baton.model?.faults.push({ about: words, answer })
  const messageId = await baton.send('sends', words)
  return turnOnce(messageId, ({ commands: asked = [] }) =>
    asked.every(({ status }) => status !== 'pending'),
  )
}

/** Returns the turn that answers this message, once it exists. */
async function turnOnce(messageId: string, holds: (turn: Entry) => boolean): Promise<Entry> {
  const turnIn = (all: readonly Entry[]) => all.find(({ answers }) => answers?.includes(messageId))
  const entries = await baton.until('sends', (all) => {
    const turn = turnIn(all)
    return turn !== undefined && holds(turn)
  })
  return turnIn(entries) ?? expect.fail('the turn is gone')
}

const emails = () => baton.sendgrid.outbox.slice(earlier.emails)
const texts = () => baton.twilio.outbox.slice(earlier.texts)

test("a worker's file is sent by email as an attachment, and by SMS as a link that works", async () => {
  const file = {
    type: 'DELIVER_FILE',
    paths: ['~/artifacts/out.txt'],
    subject: 'Your file',
    message: 'Here it is.',
  }
  const { commands: done = [] } = await ask(
    { ...file, to: 'Ada@example.com' },
    { ...file, to: '+1 555 0100', workerId: 'w1' },
  )
  expect(done.map(({ status }) => status)).toEqual(['done', 'done'])
  await expect.poll(() => [emails().length, texts().length], { timeout: 60_000 }).toEqual([1, 1])
  expect(emails()[0]).toMatchObject({
    to: ['ada@example.com'],
    subject: 'Your file',
    attachments: [{ name: 'out.txt', size: 2, content: Buffer.from('hi').toString('base64') }],
  })
  expect(emails()[0]?.text).toContain('Here it is.')
  const body = texts()[0]?.body ?? ''
  expect(body).toMatch(/^Here it is\.\nout\.txt: http/)
  const opened = await fetch(/https?:\S+/.exec(body)?.[0] ?? '')
  expect(opened.headers.get('content-disposition')).toBe('attachment; filename=out.txt')
  expect(await opened.text()).toBe('hi')
})

test('a file that has expired is not sent: the delivery is refused, later ones go out, and its link is 404', async () => {
  await baton.send('sends', block('mkdir -p ~/artifacts; printf old > ~/artifacts/old.txt'))
  await baton.until('sends', (all) => endingsOf(all).length === 2)
  await baton.settled('sends')
  const before = [emails().length, texts().length] as const
  const file = { type: 'DELIVER_FILE', paths: ['old.txt'], workerId: 'w2' }
  await deleteObjects(baton, 'artifacts/sends/w2/')
  const { answers: [messageId = ''] = [] } = await ask(
    { ...file, to: 'ada@example.com' },
    { ...file, to: '+15550100' },
  )
  const { deliveries = [] } = await turnOnce(
    messageId,
    ({ deliveries: sent = [] }) => sent.filter(({ status }) => status !== 'sending').length === 2,
  )
  expect(deliveries).toMatchObject([
    { channel: 'email', status: 'refused', problem: 'the file old.txt is no longer stored' },
    { channel: 'sms' },
  ])
  await expect.poll(() => texts().length, { timeout: 60_000 }).toBe(before[1] + 1)
  const opened = await fetch(/https?:\S+/.exec(texts().at(-1)?.body ?? '')?.[0] ?? '')
  expect([opened.status, await opened.text()]).toEqual([
    404,
    expect.stringContaining('The file behind this link has expired.'),
  ])
  expect(emails().length).toBe(before[0])
  earlier = { emails: baton.sendgrid.outbox.length - 1, texts: baton.twilio.outbox.length - 1 }
})

test('an email and an SMS to other people are sent, and the history records their status', async () => {
  const { answers: [messageId = ''] = [] } = await ask(
    { type: 'SEND_EMAIL', to: 'dan@example.com', subject: 'News', body: 'It is **done**.' },
    { type: 'SEND_SMS', to: '+15550100', message: 'It is done.' },
  )
  await expect.poll(() => [emails().length, texts().length], { timeout: 60_000 }).toEqual([2, 2])
  expect(emails()[1]).toMatchObject({ to: ['dan@example.com'], subject: 'News' })
  expect(emails()[1]?.html).toContain('<strong>done</strong>')
  expect(texts()[1]).toMatchObject({ to: '+15550100', body: 'It is done.' })
  const { commands = [], deliveries = [] } = await turnOnce(
    messageId,
    ({ deliveries: sent = [] }) =>
      sent.filter(({ status }) => /sent|delivered/.test(status)).length === 2,
  )
  expect(deliveries.map(({ name }) => name)).toEqual(commands.map(({ id }) => id))
})

test.each([
  [
    'a stranger',
    { type: 'SEND_EMAIL', to: 'eve@example.net', subject: 'x', body: 'x' },
    /not on the list/,
  ],
  ['a strange number', { type: 'SEND_SMS', to: '+15550150', message: 'x' }, /not on the list/],
  [
    'two at once',
    { type: 'SEND_EMAIL', to: 'ada@example.com, eve@example.net', subject: 'x', body: 'x' },
    /is not a number like/,
  ],
  [
    'a stranger with a file',
    { type: 'DELIVER_FILE', to: 'eve@example.net', paths: ['out.txt'] },
    /not on the list/,
  ],
  [
    'a file that nobody handed over',
    { type: 'DELIVER_FILE', to: 'ada@example.com', paths: ['/etc/passwd'] },
    /no worker has handed over/,
  ],
])('to %s nothing is sent, and the conductor gets the reason', async (_, command, why) => {
  const before = [emails().length, texts().length]
  const { commands: [refused] = [] } = await ask(command)
  expect(refused).toMatchObject({ status: 'refused', outcome: expect.stringMatching(why) })
  const told = await baton.until('sends', (all) =>
    all.some(({ role, text }) => role === 'system' && why.test(text)),
  )
  expect(told.at(-1)).toBeDefined()
  expect([emails().length, texts().length]).toEqual(before)
})
