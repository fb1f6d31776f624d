import { expect, test } from 'vitest'
import { type Body, replyAddresses, shownText } from '../../../src/core/message.ts'

const at = '2026-01-01T00:00:00.000Z'
const sms = (address: string) => ({ channel: 'sms', address }) as const
const email = (address: string, messageId: string) =>
  ({ channel: 'email', address, subject: 'Re: x', messageId }) as const

test('a reply goes to everybody who wrote, once each, in reply to their latest email', () => {
  const bodies: Body[] = [
    { from: 'person', channel: 'http', text: 'a', at },
    {
      from: 'person',
      channel: 'email',
      text: 'b',
      at,
      replyTo: [email('ada@example.com', '<1@x>')],
    },
    { from: 'worker', workerId: 'w1', leg: 1, run: 1, text: 'c', at, replyTo: [sms('+15550100')] },
    {
      from: 'person',
      channel: 'email',
      text: 'd',
      at,
      replyTo: [email('ada@example.com', '<2@x>')],
    },
    { from: 'system', text: 'e', at, replyTo: [sms('+15550100')] },
  ]
  expect(replyAddresses(bodies)).toEqual([email('ada@example.com', '<2@x>'), sms('+15550100')])
})

test('people who read the history get no delivery', () => {
  expect(replyAddresses([{ from: 'person', channel: 'http', text: 'a', at }])).toEqual([])
})

test('the conductor sees the sender, the subject, and the paths of files', () => {
  const body: Body = {
    from: 'person',
    channel: 'email',
    text: 'look',
    at,
    sender: 'ada@example.com',
    subject: 'A report',
    files: [{ folder: 'f1', name: 'a.pdf', size: 12 }],
    whole: { folder: 'f1', name: 'whole-email.txt', size: 20 },
  }
  expect(shownText(body)).toBe(
    [
      'From: ada@example.com',
      'Subject: A report',
      'Attached: ~/attachments/f1/a.pdf (12 bytes)',
      'This email was shortened. Its full text: ~/attachments/f1/whole-email.txt',
      '',
      'look',
    ].join('\n'),
  )
  expect(shownText({ from: 'person', channel: 'http', text: 'look', at })).toBe('look')
})
