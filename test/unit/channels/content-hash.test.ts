/** What was approved is what is sent: the hash covers all of it, and a delivery with another hash is never prepared. */
import { expect, test } from 'vitest'
import { contentHash } from '../../../src/channels/delivery-content.ts'
import type { ReturnAddress } from '../../../src/channels/index.ts'
import { prepareDelivery } from '../../../src/channels/send.ts'
import type { Entry } from '../../../src/core/history.ts'

const DAN = { channel: 'email', address: 'dan@example.com', subject: 'News' } as const
const FILE = { key: 'artifacts/main/w1/1.1/a', name: 'a', size: 2, sha256: 'x' }
const MESSAGE = { to: DAN as ReturnAddress, text: 'It is done.', files: [FILE] }

const CHANGES: readonly (readonly [what: string, change: Partial<typeof MESSAGE>])[] = [
  ['the recipient', { to: { ...DAN, address: 'eve@example.com' } }],
  ['the channel', { to: { channel: 'sms', address: DAN.address } }],
  ['the subject', { to: { ...DAN, subject: 'Newt' } }],
  ['the text', { text: 'It is done' }],
  ['a name', { files: [{ ...FILE, name: 'b' }] }],
  ['a size', { files: [{ ...FILE, size: 3 }] }],
  ['the place of a file', { files: [{ ...FILE, key: 'artifacts/main/w1/1.2/a' }] }],
  ['the content of a file', { files: [{ ...FILE, sha256: 'y' }] }],
  ['one file less', { files: [] }],
  ['one file more', { files: [FILE, FILE] }],
]

test.each(CHANGES)('another hash: %s', (_, change) => {
  expect(contentHash({ ...MESSAGE, ...change })).not.toBe(contentHash(MESSAGE))
})

test('the order of properties and what is not sent do not matter', () => {
  const { sha256, size, name, key } = FILE
  const files = [{ sha256, size, name, key }]
  const to = { subject: DAN.subject, address: DAN.address, channel: DAN.channel, references: [] }
  expect(contentHash({ files, text: MESSAGE.text, to })).toBe(contentHash(MESSAGE))
  const { sha256: _, ...unknown } = FILE
  expect(contentHash({ ...MESSAGE, files: [unknown] })).toMatch(/^[\da-f]{64}$/)
  expect(contentHash({ to: DAN, text: 'x' })).toBe(contentHash({ to: DAN, text: 'x', files: [] }))
})

const entryWith = (body: string): Entry => ({
  seq: 2,
  at: '2026-01-01T00:00:00.000Z',
  role: 'conductor',
  text: 'Done.',
  commands: [
    {
      type: 'SEND_EMAIL',
      to: 'dan@example.com',
      subject: 'News',
      body,
      id: 't1.0',
      status: 'held',
    },
  ],
})

const prepared = (body: string, sha256?: string) =>
  prepareDelivery(
    { sessionId: 'main', seq: 2, name: 't1.0', to: DAN, ...(sha256 && { sha256 }) },
    entryWith(body),
  )

test('only what was approved is prepared', async () => {
  const approved = contentHash({ to: DAN, text: 'It is done.' })
  // In this process no channel is configured, which is found out later.
  const later = { problem: 'email is not configured in this deployment' }
  expect(await prepared('It is done.', approved)).toEqual(later)
  expect(await prepared('It is done.')).toEqual(later)
  expect(await prepared('It is not.', approved)).toEqual({ problem: 'it is not what was approved' })
})
